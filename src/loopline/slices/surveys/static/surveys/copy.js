// Buttons that copy a field; shown only where the browser can.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.lastChild;
  const was = label.textContent;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
      label.textContent = "Copied";
    } catch {
      field.focus();
      field.select();
      label.textContent = "Selected";
    }
    setTimeout(() => { label.textContent = was; }, 2000);
  });
}
