import { computed, ref } from 'vue'
import { useCampuses } from '../campuses'
import { useViewer } from '../viewer'

/** Where money is taken: at the campus of whoever takes it, until they say another one. */
export function useCounterCampus() {
  const { campuses } = useCampuses()
  const { campus } = useViewer()
  const picked = ref('')
  return computed({
    get: () => picked.value || campus.value || (campuses.value[0]?.campusId ?? ''),
    set: (value) => {
      picked.value = value
    },
  })
}
