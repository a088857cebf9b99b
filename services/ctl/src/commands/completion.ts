// pochtar completion: a script that makes a shell complete commands, options, fields of settings and their values.
import type { Command } from '../command.ts';
import { completionScript, shells } from '../completion.ts';
import { UsageError } from '../input.ts';
import { text } from '../language.ts';

/** `all` is every command there is, this one included. */
export function completionCommand(all: () => readonly Command[]): Command {
  return {
    words: 'completion',
    summary: text('дополнение команд в оболочке', 'completion for a shell'),
    details: text(
      [
        'bash: source <(pochtar completion bash) в ~/.bashrc',
        'zsh:  source <(pochtar completion zsh) в ~/.zshrc после compinit',
        'fish: pochtar completion fish > ~/.config/fish/completions/pochtar.fish',
      ].join('\n'),
      [
        'bash: source <(pochtar completion bash) in ~/.bashrc',
        'zsh:  source <(pochtar completion zsh) in ~/.zshrc, after compinit',
        'fish: pochtar completion fish > ~/.config/fish/completions/pochtar.fish',
      ].join('\n'),
    ),
    args: [{ name: 'SHELL' }],
    async run(session, input) {
      const shell = shells.find((one) => one === input.arg(0));
      if (shell === undefined) {
        const known = shells.join(', ');
        throw new UsageError(
          text(`оболочки: ${known}; укажите одну из них`, `the shells are ${known}: give one of them`),
        );
      }
      const script = completionScript(shell, all());
      return session.show({ script }, () => script);
    },
  };
}
