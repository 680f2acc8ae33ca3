/** Pays on the sandbox's page as a browser would: opens it, and sends its form back with the card that is chosen. */
export async function payAt(checkoutUrl: string): Promise<void> {
  const page = await fetch(checkoutUrl);
  const html = await page.text();
  const [cookie] = page.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  const form = new URLSearchParams({
    csrfmiddlewaretoken: found(html, /name="csrfmiddlewaretoken" value="([^"]+)"/),
    card: found(html, /name="card" value="([\d ]+)" checked/),
  });
  const answer = await fetch(checkoutUrl, {
    method: "POST",
    body: form,
    headers: { cookie: cookie ?? "", referer: checkoutUrl },
    redirect: "manual",
  });
  if (answer.status !== 302) throw new Error(`The payment page answered ${answer.status}.`);
}

function found(html: string, pattern: RegExp): string {
  const value = pattern.exec(html)?.[1];
  if (value === undefined) throw new Error(`The payment page has no ${pattern}.`);
  return value;
}
