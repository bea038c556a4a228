import '@/shared/tokens.css'
import '@/shared/base.css'
import './m.css'
import { createApp } from 'vue'
import { installQueries } from '@/shared/session'
import App from './App.vue'
import { fieldMemory } from './field'
import { installLargeType } from './largeType'
import { router } from './router'
import { installLanguage } from './words'

installLargeType()
const app = createApp(App)
installQueries(app, fieldMemory)
app.use(router)
void installLanguage().then(() => app.mount('#app'))
