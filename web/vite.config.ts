import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { VantResolver } from '@vant/auto-import-resolver'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import type { Connect, Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const server = process.env.CHAOBIAO_SERVER ?? 'http://127.0.0.1:8080'

const toPage: Connect.NextHandleFunction = (request, _response, next) => {
  const page = /^\/(m|admin)(\/[^.]*)?(\?.*)?$/.exec(request.url ?? '')
  if (page) request.url = `/${page[1]}.html`
  next()
}

/** The development server answers page addresses as the built server does. */
function pageFallback(): Plugin {
  return {
    name: 'chaobiao-page-fallback',
    configureServer(vite) {
      vite.middlewares.use(toPage)
    },
  }
}

/**
 * Vant's icon font weighs more than the pages that would use it, and names a foreign host as its
 * second source. The few icons here are drawn inline.
 */
function noIconFont(): Plugin {
  return {
    name: 'chaobiao-no-icon-font',
    enforce: 'pre',
    transform(code, id) {
      if (!/vant\/(es|lib)\/icon\/index\.css$/.test(id)) return null
      return { code: code.replace(/@font-face\s*{[^}]*}/g, ''), map: null }
    },
  }
}

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [
    pageFallback(),
    noIconFont(),
    vue(),
    Components({
      dts: 'components.d.ts',
      dirs: [],
      resolvers: [VantResolver(), ElementPlusResolver({ importStyle: 'css' })],
    }),
  ],
  resolve: {
    alias: [
      // A page carries its own queries: through the generated table it would carry everybody's.
      { find: /^@\/gql$/, replacement: source('./src/shared/queryText.ts') },
      { find: '@', replacement: source('./src') },
    ],
  },
  build: {
    outDir: process.env.WEB_OUT_DIR ?? 'dist',
    emptyOutDir: true,
    target: ['chrome87', 'safari14'],
    // An inlined picture or font would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { m: 'm.html', admin: 'admin.html', sw: 'src/m/worker/sw.ts' },
      output: {
        // A worker's name never changes: browsers look under it for the next one.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules\/(@?vue|vue-router|@tanstack)/ },
            { name: 'vant', test: /node_modules\/@?vant/ },
            { name: 'shared', test: /src\/shared\/((ui|photoCheck)\/)?[^/]+$/ },
            // What most pages of the console are made of: one request instead of eight.
            { name: 'kit', test: /src\/admin\/(ui\/(?!RejectDialog|PageFault)|campuses|words)/ },
          ],
        },
      },
    },
  },
  test: { include: ['unit/**/*.test.ts'] },
  server: {
    proxy: {
      '/graphql': { target: server, ws: true },
      '/photos': server,
      '/paper': server,
      '/proof': server,
      '/export': server,
      '/log': server,
      '/readyz': server,
    },
  },
})
