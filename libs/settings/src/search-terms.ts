/**
 * The words under which an administrator looks for a field, beside its label and help: names of protocols and of
 * other products' settings, what is said in speech, Latin words in Cyrillic letters. Separated by commas.
 */
import type { Catalogue, SectionName } from './catalogue.ts';

type Terms = {
  readonly [N in SectionName]: { readonly [F in keyof Catalogue[N]['fields']]: string };
} & { readonly relay: { readonly password: string } };

export const searchTerms: Terms = {
  network: {
    smtpPort: '25, смтп, приём почты, входящая почта, mx, listen, incoming mail',
    pop3Port: '110, поп3, pop, забрать почту',
    imapPort: '143, имап, чтение почты, outlook, thunderbird',
    submissionEnabled: '587, submission, сабмишн, порт для клиентов, отправка с телефона, msa, mua',
    submissionPort: '587, submission, сабмишн, порт для клиентов, msa',
    firewallRule:
      'межсетевой экран, файрвол, фаервол, брандмауэр, firewall, iptables, nftables, открыть порты',
    smtpInterfaces: 'ip-адрес, сетевая карта, слушать, bind, listen, inet_interfaces, eth0',
    accessInterfaces: 'ip-адрес, сетевая карта, слушать, bind, listen, eth0',
    trustedProxies: 'proxy protocol, haproxy, nginx, прокси, балансировщик, load balancer',
    webmailAddresses: 'webmail, roundcube, веб-интерфейс, браузер, вебпочта',
  },
  smtpEncryption: {
    mode: 'ssl, tls, starttls, тлс, ссл, шифрование, защищённое соединение, открытый пароль, smtpd_tls_security_level',
    certificateId: 'ssl, tls, pem, letsencrypt, lets encrypt, ключ, x509, sni, сертификат smtp',
    implicitTlsEnabled: '465, smtps, ssl, tls, смтпс, implicit tls',
    smtpsPort: '465, ssl, tls, смтпс',
    firewallRule:
      'межсетевой экран, файрвол, фаервол, брандмауэр, firewall, iptables, nftables, открыть порт 465',
    minTlsVersion:
      'ssl, tls 1.0, tls 1.1, tls 1.2, tls 1.3, тлс, старые клиенты, протокол, ciphers, windows xp, outlook 2010',
    dhBits: 'diffie-hellman, диффи-хеллман, dhparam, dh, forward secrecy, стойкость',
  },
  accessEncryption: {
    mode: 'ssl, tls, starttls, тлс, ссл, шифрование, защищённое соединение, logindisabled, disable_plaintext_auth',
    certificateId: 'ssl, tls, pem, letsencrypt, lets encrypt, ключ, x509, sni, сертификат imap',
    implicitTlsEnabled: '993, 995, imaps, pop3s, ssl, tls, имапс, implicit tls',
    pop3sPort: '995, ssl, tls, поп3',
    imapsPort: '993, ssl, tls, имап',
    firewallRule:
      'межсетевой экран, файрвол, фаервол, брандмауэр, firewall, iptables, nftables, открыть порты 993 995',
    minTlsVersion:
      'ssl, tls 1.0, tls 1.1, tls 1.2, tls 1.3, тлс, старые клиенты, протокол, ciphers, windows xp, outlook 2010',
    dhBits: 'diffie-hellman, диффи-хеллман, dhparam, dh, forward secrecy, стойкость',
  },
  sending: {
    maxMessageSizeMb:
      'лимит вложений, размер вложения, большие файлы, message_size_limit, size, 552, toobig, attachment limit',
    rateLimitEnabled:
      'рейт-лимит, лимит отправки, рассылка, спам-рассылка, rate limit, throttle, антифлуд, 450',
    rateLimitPerMinute: 'рейт-лимит, лимит отправки, частота, rate limit, throttle, anvil, писем в минуту',
    rateLimitSkipWhitelist: 'исключение, доверенные адреса, rate limit, whitelist, вайтлист',
  },
  queue: {
    runIntervalMinutes: 'повтор, ретраи, queue_run_delay, retry, повторная отправка, deferred',
    waitMinMinutes: 'повтор, ретраи, minimal_backoff_time, retry, backoff, повторная отправка, задержка',
    waitMaxMinutes: 'повтор, ретраи, maximal_backoff_time, retry, backoff, повторная отправка, задержка',
    maxLifetimeMinutes:
      'срок жизни, сколько хранить в очереди, недоставленное, возврат, bounce, maximal_queue_lifetime, expire',
    firstRetryMinutes: 'повтор, ретраи, retry, отложено, вторая попытка, 450, 451',
    connectionsPerDestination:
      'сессии, параллельно, одновременно, лимит, concurrency, default_destination_concurrency_limit, smtp_destination',
    mailsPerConnection:
      'переиспользование, keepalive, reuse, connection cache, сколько писем за сессию, лимит',
  },
  relay: {
    host: 'смартхост, smarthost, relayhost, провайдер, яндекс, yandex, mail.ru, gmail, внешний сервер, исходящий сервер, шлюз',
    port: 'смартхост, smarthost, relayhost, 25, 465, 587, порт релея, порт провайдера',
    smtps: 'ssl, tls, тлс, 465, смартхост, smarthost, шифрование релея',
    authEnabled:
      'логин, пароль, авторизация, аутентификация, auth, sasl, смартхост, smarthost, учётная запись',
    username: 'имя пользователя, user, username, учётная запись, sasl, auth, смартхост, smarthost',
    password: 'пароль приложения, app password, sasl, auth, смартхост, smarthost, ключ',
    rewriteSender: 'from, обратный адрес, подмена, sender rewriting, masquerade, яндекс, mail.ru, gmail, 553',
    senderAddress: 'from, обратный адрес, от кого, sender, masquerade, яндекс, mail.ru, gmail',
  },
  accessLists: {
    relayForWhitelistedSenders:
      'open relay, открытый релей, пересылка, без пароля, белый список, чёрный список, черный список, вайтлист, блэклист, whitelist, blacklist, allowlist, denylist, именованные сети',
    whiteNamesNeedSpf: 'spf, подделка, спуфинг, spoofing, проверка отправителя',
  },
  general: {
    defaultDomain: 'логин без домена, короткое имя, realm, имя пользователя, auth_default_realm, вход',
    storageVolume:
      'хранилище, диск, s3, бакет, перенос почты, место, миграция, storage, volume, maildir, nas',
    heloName: 'helo, ehlo, hostname, myhostname, имя хоста, fqdn, ptr, приветствие, banner',
    organisation: 'организация, компания, фирма, название, company, organization, brand, title',
    autoCreateFolders:
      'отправленные, черновики, корзина, спам, архив, special-use, папки ящика, sent, drafts, trash, junk',
  },
  antivirus: {
    clamavEnabled: 'вирус, clamd, кламав, антивирус, malware, virus, вложения',
    clamavAddress: 'clamd, сокет, 3310, кламав, virus, socket',
    kasperskyEnabled: 'касперский, вирус, kav, kse, scan engine, icap, malware, virus',
    kasperskyAddress: 'касперский, kav, icap, 1344, scan engine',
    drwebEnabled: 'доктор веб, drweb, вирус, icap, malware, virus',
    drwebAddress: 'доктор веб, drweb, icap, 1344, сокет',
    maxScanSizeMb: 'лимит проверки, большие письма, streammaxlength, размер вложения, scan size',
    onUnscannable: 'архив с паролем, зашифрованный архив, encrypted, zip, непроверенное',
    onInfectedOutgoing: 'вирус от нас, исходящий вирус, карантин, заражённый компьютер, malware',
    onScannerFailure:
      'антивирус упал, clamd недоступен, не работает антивирус, timeout, fail open, fail closed',
  },
  dkim: {
    verify: 'дким, подпись, spf, dmarc, arc, authentication-results, подделка',
    sign: 'дким, подпись, подписывать, opendkim, rsa, ed25519, попадает в спам',
    selector: 'дким, _domainkey, dns, txt, ключ',
    onDmarcFail: 'дмарк, dmarc, spf, подделка, спуфинг, spoofing, policy, p=reject',
  },
  misc: {
    useDlp: 'длп, утечки, конфиденциально, data loss prevention, персональные данные',
    recodeSubjectUtf8: 'кодировка, кракозябры, koi8-r, windows-1251, тема письма, charset, rfc 2047',
    smtpUtf8: 'eai, idn, кириллические адреса, русские адреса, юникод, unicode, utf-8, rfc 6531',
  },
  dnsbl: {
    zones: 'rbl, рбл, спам, spamhaus, spamcop, барракуда, блэклист, чёрный список, reject_rbl_client, dns',
    onListed: 'rbl, рбл, спам, reject, отказ',
    onNoAnswer: 'rbl, рбл, не работает dns, таймаут, timeout, dead zone',
    timeoutMs: 'rbl, рбл, таймаут, timeout, dns, миллисекунды',
  },
  reverseDns: {
    mode: 'ptr, птр, обратная зона, fcrdns, rdns, reverse dns, reject_unknown_client, имя хоста',
  },
  greylist: {
    enabled: 'грейлист, greylist, грейлистинг, серый список, postgrey, спам, задержка письма, 451',
    minRetrySeconds: 'грейлист, greylist, postgrey, delay, задержка письма',
    maxRetryHours: 'грейлист, greylist, postgrey, retry window, окно повтора',
    whitelistDays: 'грейлист, greylist, postgrey, max-age, автоматический белый список',
  },
  addressBook: {
    enabled: 'лдап, ldap, контакты, сотрудники, адресная книга, gal, справочник',
    port: 'лдап, ldap, 389',
    baseDn: 'лдап, ldap, база поиска, search base, dc=, suffix, basedn',
    skipGroups: 'лдап, ldap, рассылки, списки рассылки, группы рассылки',
    publishToWebmail: 'roundcube, webmail, контакты, веб-интерфейс',
    visibility: 'лдап, ldap, кто кого видит, домены, видимость, privacy',
    access: 'лдап, ldap, анонимный, anonymous, bind, без пароля, доступ',
  },
  dlp: {
    enabled: 'длп, утечки, конфиденциально, data loss prevention',
    defaultAction: 'длп, утечки, что делать, правило, action',
    maxFileSizeMb: 'длп, большие файлы, размер вложения, лимит, file size',
    onUnscannable: 'длп, архив с паролем, зашифрованный файл, encrypted',
    thresholdPercent: 'длп, порог, похожесть, цифровые отпечатки, fingerprint, similarity',
  },
  quarantine: {
    expiryDays: 'срок карантина, задержанные письма, очистка, удаление, retention',
    ownerDigest: 'уведомление, сводка, дайджест, отчёт пользователю, digest, notify users',
  },
  trace: {
    keepDays: 'журнал, лог, логи, история, log, сколько хранить, где письмо, maillog',
  },
  dsn: {
    delayNoticeHours:
      'задержка, предупреждение отправителю, delay_warning_time, delayed, warning, уведомление',
    successToStrangers: 'уведомление о доставке, отчёт о доставке, notify, success, backscatter, rfc 3461',
  },
  limits: {
    sessionsPerAddress:
      'подключения, соединения с ip, connections, mail_max_userip_connections, too many, nat',
    sessionsTotal: 'подключения, соединения, connections, нагрузка, max clients, too many',
    failedLogins: 'подбор пароля, брутфорс, brute force, fail2ban, неверный пароль, попытки входа',
    banMinutes: 'подбор пароля, брутфорс, brute force, fail2ban, бан, заблокирован, разблокировать',
    mailsPerAccountHour: 'взломанный ящик, рассылка, лимит отправки, rate limit, квота отправки, спам',
    recipientsPerMail: 'рассылка, адресаты, копии, recipient limit, smtpd_recipient_limit, 452',
    bareNewline: 'smtp smuggling, смаглинг, smuggling, bare lf, перевод строки, smtpd_forbid_bare_newline',
  },
  retention: {
    folders: 'автоочистка, удаление старых, чистка корзины, срок хранения, expunge, autoexpunge, archive',
    undeleteDays: 'вернуть удалённое, восстановить письмо, корзина, undelete, restore, recover',
  },
  alerts: {
    address: 'уведомления администратору, postmaster, постмастер, мониторинг, почта администратора, alert',
    diskLowWaterMb: 'место на диске, диск заполнен, свободно, disk full, quota, нет места, 452',
  },
};
