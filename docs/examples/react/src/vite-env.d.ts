interface ImportMetaEnv {
  readonly VITE_API_URL?: string;
  readonly VITE_PRACTICE?: string;
}

interface ImportMeta {
  readonly env: ImportMetaEnv;
}
