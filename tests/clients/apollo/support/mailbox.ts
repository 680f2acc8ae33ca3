import { SERVER } from "./visitor.js";
import { waitFor } from "./wait.js";

interface Mail {
  subject: string;
  code: string;
}

/** Reads the development mailbox of an address, the newest mail first. */
export async function mailsTo(address: string): Promise<Mail[]> {
  const answer = await fetch(`${SERVER}/mailbox/api/messages?to=${encodeURIComponent(address)}`);
  return ((await answer.json()) as { messages: Mail[] }).messages;
}

/** Waits for the mail with a code whose subject holds these words, and gives its six digits. */
export function codeFor(address: string, about = ""): Promise<string> {
  return waitFor(`a code in the mailbox of ${address}`, async () => {
    const mails = await mailsTo(address);
    return mails.find((mail) => mail.code && mail.subject.includes(about))?.code;
  });
}
