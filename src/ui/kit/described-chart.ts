/** A chart of Plot with its own style, and with one text for all of it: Plot labels its parts, which would be read one by one. */
export function describedChart(svg: SVGElement, style: string, text: string): SVGElement {
  const styleElement = svg.ownerDocument.createElementNS('http://www.w3.org/2000/svg', 'style');
  styleElement.textContent = style;
  svg.prepend(styleElement);
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', text);
  return svg;
}
