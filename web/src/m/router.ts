import { createRouter, createWebHistory } from 'vue-router'
import BindPage from './pages/BindPage.vue'
import HomePage from './pages/HomePage.vue'
import ReadPage from './pages/ReadPage.vue'
import ResultPage from './pages/ResultPage.vue'

export const router = createRouter({
  history: createWebHistory('/m/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    // Reading in one piece: together these weigh less than one more round trip on a phone costs.
    { path: '/', name: 'home', component: HomePage },
    { path: '/bind', name: 'bind', component: BindPage },
    { path: '/read/:accountNo/:meterNo', name: 'read', component: ReadPage, props: true },
    { path: '/read/:accountNo/:meterNo/:readingId', name: 'result', component: ResultPage, props: true },
    { path: '/usage', component: () => import('./pages/UsagePage.vue') },
    { path: '/readings', component: () => import('./pages/ReadingsPage.vue') },
    { path: '/bills', component: () => import('./pages/BillsPage.vue') },
    { path: '/bill/:billNo', component: () => import('./pages/BillPage.vue'), props: true },
    { path: '/pay', component: () => import('./pages/PayPage.vue') },
    { path: '/pay/order/:orderNo', component: () => import('./pages/OrderPage.vue'), props: true },
    { path: '/payments', component: () => import('./pages/PaymentsPage.vue') },
    { path: '/cases', component: () => import('./pages/CasesPage.vue') },
    { path: '/cases/new', component: () => import('./pages/NewCasePage.vue') },
    { path: '/cases/:caseId', component: () => import('./pages/CasePage.vue'), props: true },
    { path: '/visits', component: () => import('./pages/VisitsPage.vue') },
    { path: '/outages', component: () => import('./pages/OutagesPage.vue') },
    { path: '/articles', component: () => import('./pages/ArticlesPage.vue') },
    { path: '/offices', component: () => import('./pages/OfficesPage.vue') },
    { path: '/wechat', component: () => import('./wechat/WechatReturn.vue') },
    { path: '/me', component: () => import('./pages/MePage.vue') },
    { path: '/staff', component: () => import('./staff/TodayPage.vue') },
    { path: '/staff/patrol', component: () => import('./pages/NewCasePage.vue'), props: { patrol: true } },
    { path: '/staff/queue', component: () => import('./staff/QueuePage.vue') },
    { path: '/staff/meter/:meterNo', component: () => import('./staff/MeterPage.vue'), props: true },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
