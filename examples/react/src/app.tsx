import 'antiphon/player';
import type { AntiphonPlayer } from 'antiphon/player';
import { useRef, useState } from 'react';

const prompts = ['Once upon a time', 'Far out in space, a shy robot'];

export function App() {
  const player = useRef<AntiphonPlayer>(null);
  const [prompt, setPrompt] = useState(prompts[0]);
  const [isShown, setIsShown] = useState(true);
  const [message, setMessage] = useState('nothing written yet');

  return (
    <main>
      <h1>A story in React</h1>
      <p>
        <select value={prompt} onChange={(event) => setPrompt(event.target.value)} aria-label="Prompt">
          {prompts.map((text) => (
            <option key={text}>{text}</option>
          ))}
        </select>{' '}
        <button type="button" onClick={() => player.current?.start()}>
          Tell
        </button>{' '}
        <button type="button" onClick={() => setIsShown(!isShown)}>
          {isShown ? 'Take away' : 'Bring back'}
        </button>
      </p>
      {isShown && (
        <antiphon-player
          ref={player}
          prompt={prompt}
          members={[{ model: 'story-fairy' }, { model: 'story-space', sampling: { temperature: 0.8 } }]}
          seed={7}
          maxTokens={40}
          onround={({ detail }) => setMessage(`${detail.text.length} characters so far`)}
          ondone={({ detail }) => setMessage(`${detail.result.tokenIds.length} tokens`)}
          onerror={({ detail }) => setMessage(detail.message)}
        >
          <h2 slot="heading">Fairy tale × space</h2>
        </antiphon-player>
      )}
      <p role="status">{message}</p>
    </main>
  );
}
