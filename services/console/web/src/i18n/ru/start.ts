// First steps.
export const start = {
  'start.progress': 'Сделано {{done}} из {{total}}',
  'start.done': 'сделано',
  'start.todo': 'не сделано',
  'start.unknown': 'проверьте сами',
  'start.go': 'Перейти',
  'start.name': 'Имя сервера',
  'start.text.name': 'Полное имя машины, такое же, как в обратной записи DNS её адреса.',
  'start.way': 'Исходящий порт 25 или релей',
  'start.text.way': 'Если провайдер закрывает порт 25, отправляйте через внешний SMTP.',
  'start.domain': 'Первый домен',
  'start.text.domain': 'Домен, почту которого принимает сервер, и записи MX, SPF и DMARC в его DNS.',
  'start.certificate': 'Сертификат',
  'start.text.certificate': 'Пока действует созданный автоматически: почтовые программы о нём предупреждают.',
  'start.account': 'Первый ящик',
  'start.text.account':
    'Создайте ящик и отправьте с него пробное письмо; его путь виден на странице «Где письмо?».',
  'start.alert': 'Адрес для тревог',
  'start.text.alert': 'Куда писать, когда кончается место или что-то не работает.',
  'start.antivirus': 'Антивирус',
  'start.text.antivirus': 'Включите хотя бы один сканер, чтобы вложения проверялись.',
} as const;
