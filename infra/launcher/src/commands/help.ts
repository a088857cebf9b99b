// pochtar help: the commands of the launcher; the operators' command line adds its own.
import { say } from '../language.ts';

export function help(): number {
  process.stdout.write(say(russian, english));
  return 0;
}

const english = `Pochtar, a mail server.

  ./pochtar up [--detach] [--privileged] [--no-demo] [--json] [--scale name=n]
                           start everything; --privileged uses ports 25, 587, 143 …; --no-demo: a first start
                           without the domain demo.test
  ./pochtar status [--json]      every process, and what keeps it from being ready
  ./pochtar logs [process] [-n lines] [-f]
  ./pochtar restart <process>    one process (and its replicas)
  ./pochtar down                 stop everything
  ./pochtar migrate              bring the database and the streams to this version
  ./pochtar secrets renew-master-key   when the master key is lost

  ./pochtar domain | account | alias | group | settings | queue | trace | admin | certificate …
                           administration; each explains itself: ./pochtar account --help

  ./pochtar test [file …]        all tests, or those of some files
  ./pochtar test --long          every process killed and hung, every disk full, one after the other
  ./pochtar check                types, lint, format, layers, dead code, links
  ./pochtar bench […]            measurements
  ./pochtar soak […]             random faults under a load, with a report
  ./pochtar screens […]          every page of the console looked at, with pictures

State lies in var/ (POCHTAR_VAR moves it). More: docs/operating.md
`;

const russian = `Pochtar, почтовый сервер.

  ./pochtar up [--detach] [--privileged] [--no-demo] [--json] [--scale имя=n]
                           запустить всё; --privileged берёт порты 25, 587, 143 …; --no-demo: первый запуск
                           без домена demo.test
  ./pochtar status [--json]      все процессы и что мешает им быть готовыми
  ./pochtar logs [процесс] [-n строк] [-f]
  ./pochtar restart <процесс>    один процесс (и его копии)
  ./pochtar down                 остановить всё
  ./pochtar migrate              привести базу и потоки к этой версии
  ./pochtar secrets renew-master-key   если пропал главный ключ

  ./pochtar domain | account | alias | group | settings | queue | trace | admin | certificate …
                           управление; каждая команда объяснит себя: ./pochtar account --help

  ./pochtar test [файл …]        все тесты или тесты указанных файлов
  ./pochtar test --long          каждый процесс убит и подвешен, каждый диск полон, по очереди
  ./pochtar check                типы, линт, формат, слои, мёртвый код, ссылки
  ./pochtar bench […]            измерения
  ./pochtar soak […]             случайные сбои под нагрузкой, с отчётом
  ./pochtar screens […]          все страницы консоли: проверка и снимки

Состояние лежит в var/ (переносится через POCHTAR_VAR). Подробнее: docs/operating.md
`;
