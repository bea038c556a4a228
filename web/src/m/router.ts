import { createRouter, createWebHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHistory('/m/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', name: 'home', component: () => import('./pages/HomePage.vue') },
    { path: '/bind', name: 'bind', component: () => import('./pages/BindPage.vue') },
    {
      path: '/read/:accountNo/:meterNo',
      name: 'read',
      component: () => import('./pages/ReadPage.vue'),
      props: true,
    },
    {
      path: '/read/:accountNo/:meterNo/:readingId',
      name: 'result',
      component: () => import('./pages/ResultPage.vue'),
      props: true,
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
