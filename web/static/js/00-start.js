/* Marks that scripts run, and tells the server the viewer's time zone. */
(() => {
  document.documentElement.classList.add("scripted");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `zone=${zone}; path=/; max-age=31536000; SameSite=Lax${secure}`;
  }
})();
