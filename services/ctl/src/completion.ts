// What a shell offers while a command is typed: made from the table of commands and the catalogue of settings, as a script
// that needs neither the server nor this program.
import { firstSteps } from '@pochtar/bus';
import { describeCatalogue, testKinds, type FieldInput } from '@pochtar/settings';
import type { Command } from './command.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

interface Words {
  /** What may follow so many words: `''` -> objects, `settings` -> verbs, `settings set` -> what the command takes. */
  readonly after: ReadonlyMap<string, readonly string[]>;
}

export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const words = wordsOf(commands);
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](words);
}

function wordsOf(commands: readonly Command[]): Words {
  const after = new Map<string, Set<string>>();
  const add = (place: string, ...more: readonly string[]): void => {
    const known = after.get(place) ?? new Set<string>();
    for (const word of more) known.add(word);
    after.set(place, known);
  };
  for (const command of commands) {
    const parts = command.words.split(' ');
    for (const [index, part] of parts.entries()) add(parts.slice(0, index).join(' '), part);
    const options = Object.keys(command.options ?? {}).map((name) => `--${name}`);
    add(command.words, ...options, '--json', '--help', ...argumentsOf(command));
  }
  add('', '--help');
  return { after: new Map([...after].map(([place, some]) => [place, [...some]])) };
}

/** What can be told of arguments without asking the server, by what the help calls them. */
function argumentsOf({ args = [] }: Command): string[] {
  return args.flatMap(({ name }) => {
    if (name === 'SECTION.FIELD=VALUE') return assignments();
    if (name === 'SECTION[.FIELD]') return [...sections(), ...fields()];
    if (name === 'SECTION') return sections();
    if (name === 'STEP') return [...firstSteps];
    if (name === 'TEST') return [...testKinds];
    if (name === 'SHELL') return [...shells];
    return [];
  });
}

function sections(): string[] {
  return describeCatalogue().map(({ name }) => name);
}

function fields(): string[] {
  return describeCatalogue().flatMap(({ name, fields: all }) => all.map((field) => `${name}.${field.name}`));
}

/** `network.smtpPort=`, and each value of a choice: `smtpEncryption.mode=none`. */
function assignments(): string[] {
  return describeCatalogue().flatMap(({ name, fields: all }) =>
    all.flatMap((field) => {
      const path = `${name}.${field.name}`;
      const values = valuesOf(field.input).map((value) => `${path}=${value}`);
      return values.length > 0 ? values : [`${path}=`];
    }),
  );
}

function valuesOf(input: FieldInput): string[] {
  if (input.kind === 'boolean') return ['on', 'off'];
  return input.kind === 'choice' ? input.options.map(({ value }) => String(value)) : [];
}

/** Every word is one of ours: letters, digits, dots, dashes and `=`. */
function quoted(words: readonly string[]): string {
  return `'${words.join(' ')}'`;
}

const BASH = `# pochtar: completion for bash. In ~/.bashrc: source <(pochtar completion bash)
_pochtar() {
  local place='' word words=() index IFS=$' \\t\\n'
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    # A field and its value are one word for us, and several for bash.
    [[ $word == -* || $word == *.* || $word == '=' ]] && continue
    if [[ -n $(_pochtar_after "\${place:+$place }$word") ]]; then place="\${place:+$place }$word"; fi
  done
  local current=\${COMP_WORDS[COMP_CWORD]} line=\${COMP_LINE:0:COMP_POINT}
  local typed=\${line##* }
  words=($(compgen -W "$(_pochtar_after "$place")" -- "$typed"))
  # What stands before the last word break is there already.
  local before=\${typed%"$current"}
  [[ $current == '=' ]] && before=$typed
  COMPREPLY=("\${words[@]#"$before"}")
  [[ \${#words[@]} -eq 1 && \${words[0]} == *= ]] && compopt -o nospace
  return 0
}
complete -F _pochtar pochtar ./pochtar
`;

function cases(words: Words): string {
  return [...words.after].map(([place, some]) => `    '${place}') echo ${quoted(some)} ;;`).join('\n');
}

function bashScript(words: Words): string {
  return `${BASH}_pochtar_after() {\n  case $1 in\n${cases(words)}\n  esac\n}\n`;
}

const ZSH = `#compdef pochtar
# pochtar: completion for zsh. In ~/.zshrc: source <(pochtar completion zsh)
_pochtar() {
  local place='' word index
  for ((index = 2; index < CURRENT; index++)); do
    word=\${words[index]}
    [[ $word == -* || $word == *.* ]] && continue
    if [[ -n "$(_pochtar_after "\${place:+$place }$word")" ]]; then place="\${place:+$place }$word"; fi
  done
  local all=(\${=$(_pochtar_after "$place")})
  compadd -S '' -- \${(M)all:#*=}
  compadd -- \${all:#*=}
}
`;

function zshScript(words: Words): string {
  return `${ZSH}_pochtar_after() {\n  case $1 in\n${cases(words)}\n  esac\n}\n(( $+functions[compdef] )) && compdef _pochtar pochtar\n`;
}

function fishScript(words: Words): string {
  const branches = [...words.after].map(([place, some]) => `    case '${place}'\n      echo ${quoted(some)}`);
  return `# pochtar: completion for fish. pochtar completion fish > ~/.config/fish/completions/pochtar.fish
function __pochtar_after
  switch "$argv"
${branches.join('\n')}
  end
end
function __pochtar_words
  set -l place
  for word in (commandline -opc)[2..-1]
    string match -qr '^-|\\.' -- $word; and continue
    set -l next $place $word
    test -n "$(__pochtar_after $next)"; and set place $next
  end
  string split ' ' -- (__pochtar_after $place)
end
complete -c pochtar -f -a '(__pochtar_words)'
`;
}
