// Что сделают ждущие письма с новыми настройками. Эти слова приходят со своей частью страницы.
export const queueMoves = {
  'queueMoves.title': 'Что будет с ждущими письмами',
  'queueMoves.none': 'В очереди никто не ждёт повторной попытки.',
  'queueMoves.same': 'Сроки ждущих писем не изменятся.',
  'queueMoves.waiting_one': 'Ждёт {{n}} получатель.',
  'queueMoves.waiting_few': 'Ждут {{n}} получателя.',
  'queueMoves.waiting_many': 'Ждут {{n}} получателей.',
  'queueMoves.waiting_other': 'Ждут {{n}} получателя.',
  'queueMoves.moved': 'Раньше попробуют отправить: {{earlier}}, позже: {{later}}.',
  'queueMoves.next': 'Следующие попытки: сейчас {{before}}, станет {{after}}.',
  'queueMoves.returned_one': '{{n}} получателю письмо больше не доставят: отправитель сразу получит отказ.',
  'queueMoves.returned_few': '{{n}} получателям письма больше не доставят: отправители сразу получат отказ.',
  'queueMoves.returned_many': '{{n}} получателям письма больше не доставят: отправители сразу получат отказ.',
  'queueMoves.returned_other':
    '{{n}} получателям письма больше не доставят: отправители сразу получат отказ.',
  'queueMoves.redirected_one': '{{n}} письмо пойдёт другим путём.',
  'queueMoves.redirected_few': '{{n}} письма пойдут другим путём.',
  'queueMoves.redirected_many': '{{n}} писем пойдут другим путём.',
  'queueMoves.redirected_other': '{{n}} письма пойдут другим путём.',
  'queueMoves.cut': 'Очередь велика: просмотрена её часть.',
} as const;
