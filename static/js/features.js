/* What the wall needs of a browser. In the language of 2010, because it must run where the rest cannot. */
(function () {
  var lacks = [];
  function css(name, value) { return !!(window.CSS && CSS.supports && CSS.supports(name, value)); }
  if (!("noModule" in document.createElement("script"))) lacks.push("modules");
  if (!("WebSocket" in window)) lacks.push("websocket");
  if (!css("display", "grid")) lacks.push("grid");
  if (!css("width", "1cqw")) lacks.push("container");
  if (!Element.prototype.replaceChildren) lacks.push("morph");
  if (!(window.AbortSignal && AbortSignal.timeout)) lacks.push("abort");
  // a browser without websockets alone can poll
  if (lacks.length && lacks.join() !== "websocket") location.replace("/wall/old-browser?lacks=" + lacks.join(","));
})();
