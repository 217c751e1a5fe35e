// What pages do on top of what they do without this: copy, count down, search. Reads the page, asks nobody.

for (const element of document.querySelectorAll('[data-needs-script]')) element.hidden = false

// Nothing is left to choose; coming back to such a page sends nothing again.
const [navigation] = performance.getEntriesByType('navigation')
if (navigation?.type !== 'back_forward') document.querySelector('form[data-sends-itself]')?.requestSubmit()

for (const button of document.querySelectorAll('[data-copies]')) {
  const label = button.innerHTML
  const status = document.querySelector('[data-copied]')
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copies)
    try {
      await navigator.clipboard.writeText(source.textContent)
      button.textContent = 'Copied'
      if (status) status.textContent = 'Copied to the clipboard.'
    } catch {
      // Without TLS, or without leave, there is no clipboard: it is selected, and a key copies it.
      getSelection().selectAllChildren(source)
      button.textContent = 'Selected'
      if (status) status.textContent = 'Selected: copy it with your keyboard.'
    }
    setTimeout(() => {
      button.innerHTML = label
      if (status) status.textContent = ''
    }, 2500)
  })
}

// Counted from when the page came: the clock of this machine may be another one.
for (const element of document.querySelectorAll('[data-seconds-left]')) {
  const startedAt = performance.now()
  const seconds = Number(element.dataset.secondsLeft)
  const tick = () => {
    const left = Math.max(0, seconds - Math.floor((performance.now() - startedAt) / 1000))
    const [hours, minutes, rest] = [Math.floor(left / 3600), Math.floor((left % 3600) / 60), left % 60]
    const two = (number) => String(number).padStart(2, '0')
    element.textContent = left === 0 ? '0:00:00, over now' : `${hours}:${two(minutes)}:${two(rest)}`
    element.classList.toggle('soon', left < 300)
    if (left > 0) setTimeout(tick, 1000)
  }
  tick()
}

for (const field of document.querySelectorAll('[data-search]')) {
  const rows = [...document.querySelectorAll(field.dataset.search)]
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/)
    let found = 0
    for (const row of rows) {
      const matches = words.every((word) => row.dataset.name.includes(word))
      row.hidden = !matches
      if (matches) found++
      else for (const radio of row.querySelectorAll('input')) radio.checked = false
    }
    for (const group of document.querySelectorAll('.saml-account')) {
      group.hidden = group.querySelector('.saml-role:not([hidden])') === null
    }
    const none = document.querySelector('[data-none-found]')
    if (none) none.hidden = found > 0
  })
  // Enter would send the form while somebody is still searching.
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault()
  })
}
