// Of a row: who made it, and how long ago.
import { Author } from './Author.tsx';
import { Time } from './Time.tsx';

export function AuthorTime({ author, at }: { author: string; at: string }) {
  return (
    <>
      <Author name={author} />
      <div className="p-muted p-small">
        <Time at={at} relative />
      </div>
    </>
  );
}
