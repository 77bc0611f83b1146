"""Languages that a post may be said to be in, by the names that they give themselves."""

from __future__ import annotations

LANGUAGES: tuple[tuple[str, str], ...] = (
    ("af", "Afrikaans"), ("ar", "العربية"), ("bg", "Български"), ("bn", "বাংলা"), ("br", "Brezhoneg"),
    ("bs", "Bosanski"), ("ca", "Català"), ("cs", "Čeština"), ("cy", "Cymraeg"), ("da", "Dansk"),
    ("de", "Deutsch"), ("el", "Ελληνικά"), ("en", "English"), ("eo", "Esperanto"),
    ("es", "Español"), ("et", "Eesti"), ("eu", "Euskara"), ("fa", "فارسی"), ("fi", "Suomi"),
    ("fr", "Français"), ("fy", "Frysk"), ("ga", "Gaeilge"), ("gd", "Gàidhlig"), ("gl", "Galego"),
    ("he", "עברית"), ("hi", "हिन्दी"), ("hr", "Hrvatski"), ("hu", "Magyar"), ("hy", "Հայերեն"),
    ("id", "Bahasa Indonesia"), ("is", "Íslenska"), ("it", "Italiano"), ("ja", "日本語"),
    ("ka", "ქართული"), ("kk", "Қазақша"), ("ko", "한국어"), ("ku", "Kurdî"), ("lt", "Lietuvių"),
    ("lv", "Latviešu"), ("mk", "Македонски"), ("ml", "മലയാളം"), ("mr", "मराठी"),
    ("ms", "Bahasa Melayu"), ("nl", "Nederlands"), ("nn", "Nynorsk"), ("no", "Norsk"),
    ("oc", "Occitan"), ("pa", "ਪੰਜਾਬੀ"), ("pl", "Polski"), ("pt", "Português"), ("ro", "Română"),
    ("ru", "Русский"), ("sk", "Slovenčina"), ("sl", "Slovenščina"), ("sq", "Shqip"),
    ("sr", "Српски"), ("sv", "Svenska"), ("sw", "Kiswahili"), ("ta", "தமிழ்"), ("te", "తెలుగు"),
    ("th", "ไทย"), ("tr", "Türkçe"), ("uk", "Українська"), ("ur", "اردو"), ("vi", "Tiếng Việt"),
    ("zh", "中文"),
)  # fmt: skip
