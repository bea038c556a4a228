import { createRouter, createWebHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHistory('/admin/'),
  routes: [
    { path: '/', name: 'home', component: () => import('./HomePage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
