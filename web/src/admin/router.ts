import { createRouter, createWebHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHistory('/admin/'),
  routes: [
    { path: '/', component: () => import('./StartPage.vue') },
    { path: '/readings', component: () => import('./readings/ReviewPage.vue') },
    { path: '/bindings', component: () => import('./bindings/BindingPage.vue') },
    { path: '/cashier', component: () => import('./cashier/CashDeskPage.vue') },
    {
      path: '/receipts/:receiptNo',
      component: () => import('./cashier/ReceiptPage.vue'),
      props: true,
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
