// For browsers that know no modules, such as those built into older PACS clients.
document.addEventListener("DOMContentLoaded", function () { location.replace(document.getElementById("lobby").href); });
