import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** No inline script and no inline style: the page runs under a policy of contents that allows neither. */
export default defineConfig({
  plugins: [react()],
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
