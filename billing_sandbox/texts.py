"""The words of the pages, in English and Russian. English is the source."""

LANGUAGES = ("ru", "en")

_RUSSIAN = {
    "Billing sandbox": "Учебная касса",
    "This is a sandbox: no real money moves here.": (
        "Это учебная касса: настоящие деньги здесь не двигаются."
    ),
    "Payment": "Оплата",
    "To pay": "К оплате",
    "Amount": "Сумма",
    "Reference": "Номер платежа",
    "Created": "Создан",
    "State": "Состояние",
    "Pay": "Оплатить",
    "Decline": "Отклонить",
    "“Pay”: the bank takes the money. “Decline”: the bank refuses.": (
        "«Оплатить» — банк принял деньги, «Отклонить» — банк отказал."
    ),
    "Back to the shop": "Вернуться в магазин",
    "pending": "ждёт оплаты",
    "paid": "оплачен",
    "declined": "отклонён",
    "cancelled": "отменён",
    "This payment is paid. Nothing more is needed.": "Этот платёж оплачен. Больше ничего не нужно.",
    "This payment was declined. The shop can offer you another try.": (
        "Этот платёж отклонён. Магазин может предложить ещё одну попытку."
    ),
    "This payment was cancelled by the shop. It can no longer be paid.": (
        "Магазин отменил этот платёж. Оплатить его больше нельзя."
    ),
    "Refunded": "Возвращено",
    "This page cannot be shown": "Эту страницу нельзя показать",
    "There is no such payment.": "Такого платежа нет.",
    "The form says neither “paid” nor “declined”.": "В форме нет ни «paid», ни «declined».",
    "Latest payments": "Последние платежи",
    "No payments yet.": "Платежей пока нет.",
    "For programs": "Для программ",
    "Description of the REST API (OpenAPI)": "Описание REST API (OpenAPI)",
    "Webhooks and how far they have come": "Вебхуки и их доставка",
    "Faults switched on": "Включённые неисправности",
}


def say(language: str, text: str) -> str:
    return _RUSSIAN[text] if language == "ru" else text
