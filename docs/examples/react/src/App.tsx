import { BookPage } from "./pages/BookPage";
import { CancelLinkPage } from "./pages/CancelLinkPage";
import { NotHerePage } from "./pages/NotHerePage";
import { OpenLinkPage } from "./pages/OpenLinkPage";
import { StatusPage } from "./pages/StatusPage";
import { VerifyLinkPage } from "./pages/VerifyLinkPage";
import { ConnectionBar } from "./parts/ConnectionBar";
import { PracticeHeader } from "./parts/PracticeHeader";
import { useMailedToken, useRoute } from "./route";

/** The pages to which the API's mails lead below FRONTEND_URL, and the one that books. */
const PAGES: Record<string, () => React.ReactNode> = {
  "/": BookPage,
  "/bookings/verify": VerifyLinkPage,
  "/bookings/open": OpenLinkPage,
  "/bookings/pay": OpenLinkPage,
  "/bookings/cancel": CancelLinkPage,
  "/bookings/status": StatusPage,
};

export function App() {
  const path = useRoute();
  const token = useMailedToken();
  const Page = PAGES[path] ?? NotHerePage;
  return (
    <>
      <PracticeHeader />
      <ConnectionBar />
      <main>
        <Page key={`${path} ${token}`} />
      </main>
    </>
  );
}
