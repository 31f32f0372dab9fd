import { css } from 'lit';

/** Bars that fill, and bars that only say that something is under way. */
export const progressStyle = css`
  progress {
    display: block;
    width: 100%;
    height: 6px;
    border: 0;
    border-radius: 3px;
    overflow: hidden;
    appearance: none;
    background: var(--rule);
    color: var(--accent);
  }
  progress::-webkit-progress-bar {
    background: var(--rule);
  }
  progress::-webkit-progress-value {
    border-radius: 3px;
    background: var(--accent);
  }
  progress::-moz-progress-bar {
    border-radius: 3px;
    background: var(--accent);
  }
  /* Without a share of what is done: something moves, and where motion is not wanted stripes say the same. */
  progress.unmeasured {
    background: repeating-linear-gradient(
      -45deg,
      var(--accent) 0 6px,
      color-mix(in srgb, var(--accent) 55%, var(--sheet)) 6px 12px
    );
    background-size: 200% 100%;
    animation: pass 1.2s linear infinite;
  }
  progress.unmeasured::-webkit-progress-bar {
    background: transparent;
  }
  progress.unmeasured::-moz-progress-bar {
    background: transparent;
  }
  @keyframes pass {
    to {
      background-position: -17px 0;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    progress.unmeasured {
      animation: none;
    }
  }
`;
