/** Of the saved report, which stands alone: light or dark as the reader has it, on paper too. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#faf7f1, #171512);
  --sheet: light-dark(#fffefb, #1f1d19);
  --ink: light-dark(#211e1a, #ede7dc);
  --ink-soft: light-dark(#625b50, #aea596);
  --rule: light-dark(#e4ddd0, #35312a);
  --accent: light-dark(#0a6a60, #74ccbb);
  --accent-wash: light-dark(#e3f0ec, #1c332f);
  --danger: light-dark(#9c2f20, #f0a294);
  --serif: ui-serif, "Iowan Old Style", "Palatino Linotype", Palatino, P052, Charter, Georgia, serif;
}
* { box-sizing: border-box; }
body {
  max-width: 76rem; margin: 0 auto; padding: 2.5rem clamp(1rem, 4vw, 3rem) 4rem;
  background: var(--paper); color: var(--ink); font: 400 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { max-width: 46rem; margin: 0.2rem 0 0.6rem; font: 400 clamp(1.6rem, 4vw, 2.4rem)/1.15 var(--serif); text-wrap: balance; }
h2 { margin: 2.6rem 0 0.8rem; font: 400 1.4rem/1.3 var(--serif); }
h3 { margin: 1.5rem 0 0.4rem; font: 600 0.9375rem/1.4 system-ui, sans-serif; }
p { max-width: 44rem; margin: 0 0 0.6rem; }
.kicker, .soft { color: var(--ink-soft); font-size: 0.875rem; }
.card {
  margin-top: 1.4rem; padding: 1.1rem 1.4rem 0.7rem; border: 1px solid var(--rule); border-inline-start: 5px solid var(--ink-soft);
  border-radius: 10px; background: var(--sheet);
}
.card h2 { margin-top: 0; }
.card.faster { border-inline-start-color: var(--accent); }
.card.unmet { border-inline-start-color: var(--danger); }
.scroll { overflow-x: auto; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.45rem 0.75rem 0.45rem 0; border-bottom: 1px solid var(--rule); text-align: start; vertical-align: top; overflow-wrap: normal; }
thead th { color: var(--ink-soft); font-weight: 500; line-height: 1.3; vertical-align: bottom; }
tbody th { font-weight: 500; }
@media (min-width: 40rem) { tbody th { white-space: nowrap; } }
/* The head of a row stays in sight while its numbers are scrolled. */
tbody th { position: sticky; inset-inline-start: 0; background: var(--paper); }
th.prompt { white-space: normal; min-width: 12rem; }
td.number { white-space: nowrap; }
td.text { min-width: 14rem; white-space: pre-wrap; }
tr.recommended > * { background: var(--sheet); }
tr.recommended > th { box-shadow: inset 4px 0 0 var(--ink-soft); padding-inline-start: 0.8rem; }
tr.faster > * { background: var(--accent-wash); }
tr.faster > th { box-shadow: inset 4px 0 0 var(--accent); }
.tag { margin-inline-start: 0.4rem; font-size: 0.8125rem; font-weight: 600; white-space: nowrap; }
del, ins { text-decoration: none; }
del { border-bottom: 2px solid var(--danger); }
ins { border-bottom: 2px solid var(--accent); }
figure { margin: 0; }
figure svg { display: block; min-width: 34rem; max-width: 100%; height: auto; }
figcaption { margin-top: 0.5rem; color: var(--ink-soft); font-size: 0.875rem; max-width: 44rem; }
.faster .tag { color: var(--accent); }
dl { margin: 0; font-size: 0.875rem; }
dt { font-weight: 600; }
dd { max-width: 44rem; margin: 0 0 0.5rem; color: var(--ink-soft); }
details { margin-top: 0.8rem; }
summary { cursor: pointer; padding: 0.25rem 0; }
pre { margin: 0.4rem 0 0; padding: 0.8rem 1rem; border: 1px solid var(--rule); border-radius: 8px; background: var(--sheet); font-size: 0.8125rem; white-space: pre-wrap; }
blockquote { max-width: 44rem; margin: 0.3rem 0 0.9rem; padding-inline-start: 1rem; border-inline-start: 3px solid var(--rule); font-family: var(--serif); white-space: pre-wrap; }
@media print {
  body { max-width: none; padding: 0; background: #fff; color-scheme: light; }
  .scroll { overflow: visible; }
}
`;
