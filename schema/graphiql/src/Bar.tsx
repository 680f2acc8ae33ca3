/* Who asks: the log-in, and the access token of one booking. */
import { useEffect, useRef, useState, type SubmitEvent } from "react";
import { forgetAnswers } from "./answers";
import { useCell } from "./cell";
import { page } from "./page";
import { bookingToken, logIn, logOut, news, session, wordsOf } from "./session";

export function Bar() {
  const [isOpen, setOpen] = useState(false);
  const current = useCell(session);
  const said = useCell(news);
  const button = useRef<HTMLButtonElement>(null);
  const toggle = () => {
    news.set("");
    setOpen(!isOpen);
  };
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const leave = () => {
    forgetAnswers();
    void logOut();
  };
  return (
    <header className="bar">
      <h1>
        Slotwell <small>GraphQL</small>
      </h1>
      <BookingToken />
      <div className="who">
        <span>{describe(current?.email)}</span>
        {current ? (
          <button type="button" ref={button} onClick={leave}>
            Log out
          </button>
        ) : (
          <button type="button" ref={button} aria-expanded={isOpen} onClick={toggle}>
            Log in
          </button>
        )}
      </div>
      {isOpen && !current && <LogIn onDone={close} />}
      <p className="news" role="status">
        {said}
      </p>
    </header>
  );
}

function describe(email: string | undefined): string {
  if (email) return email;
  return page.signedIn ? `${page.signedIn}, by the admin's log-in` : "Nobody is logged in";
}

function BookingToken() {
  const token = useCell(bookingToken);
  return (
    <div className="booking-token">
      <label htmlFor="booking-token">Booking's access token</label>
      <input
        id="booking-token"
        value={token}
        onChange={({ target }) => bookingToken.set(target.value.trim())}
        autoComplete="off"
        spellCheck={false}
        placeholder="none"
        title="Goes with every request as X-Booking-Token; an answer that holds one puts it here"
      />
      {token && (
        <button type="button" aria-label="Empty the booking's access token" onClick={() => bookingToken.set("")}>
          ×
        </button>
      )}
    </div>
  );
}

function LogIn({ onDone }: { onDone: () => void }) {
  const [problem, setProblem] = useState("");
  const [isWaiting, setWaiting] = useState(false);
  const email = useRef<HTMLInputElement>(null);
  useEffect(() => email.current?.focus(), []);
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setWaiting(true);
    try {
      await logIn(String(given.get("email")), String(given.get("password")));
      onDone();
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setWaiting(false);
    }
  };
  return (
    <form
      className="log-in"
      aria-label="Log in"
      onSubmit={(event) => void submit(event)}
      onKeyDown={({ key }) => key === "Escape" && onDone()}
    >
      <label>
        E-mail <input ref={email} name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button disabled={isWaiting}>{isWaiting ? "Logging in …" : "Log in"}</button>
      <p className="small">Kept until you log out or leave this page, and nowhere but here.</p>
      <p className="problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
