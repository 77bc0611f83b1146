// Begins. Whoever comes by a link that ends in #listen wants to hear at once, if the browser lets us.

document.documentElement.classList.add("js");
shareSheet();
const page = new Page();
if (location.hash === "#listen" && page.player) page.toggle();
