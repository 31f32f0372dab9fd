import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  worker: { format: 'es' },
  build: { target: 'es2023' },
  // The package refers to files that lie beside its modules: the dev server must not move those away.
  optimizeDeps: { exclude: ['antiphon'] },
});
