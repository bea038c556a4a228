import { createRouter, createWebHistory } from 'vue-router'
import BindPage from './pages/BindPage.vue'
import HomePage from './pages/HomePage.vue'
import ReadPage from './pages/ReadPage.vue'
import ResultPage from './pages/ResultPage.vue'

// In one piece: together they weigh less than one more round trip on a phone costs.
export const router = createRouter({
  history: createWebHistory('/m/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', name: 'home', component: HomePage },
    { path: '/bind', name: 'bind', component: BindPage },
    { path: '/read/:accountNo/:meterNo', name: 'read', component: ReadPage, props: true },
    {
      path: '/read/:accountNo/:meterNo/:readingId',
      name: 'result',
      component: ResultPage,
      props: true,
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
