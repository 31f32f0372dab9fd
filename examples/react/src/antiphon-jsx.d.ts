import type { AntiphonPlayer, PlayerEventMap, PlayerSettings } from 'antiphon/player';
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

/** React 19 sets properties and listens to events of custom elements; this tells TypeScript which there are. */
type PlayerProps = DetailedHTMLProps<HTMLAttributes<AntiphonPlayer>, AntiphonPlayer> &
  Partial<PlayerSettings> & {
    [Event in keyof PlayerEventMap as `on${Event}`]?: (event: PlayerEventMap[Event]) => void;
  };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'antiphon-player': PlayerProps;
    }
  }
}
