// The one button of the record: a page without inline script cannot call print by itself.
document.getElementById("print").addEventListener("click", () => print());
