/** Line icons of our own, 24×24, drawn in one weight; `stroke` is filled in when shown. */
export const ICONS = {
  search: '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
  cloud: '<path d="M7 18h10a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.1 9.6 4.2 4.2 0 0 0 7 18Z"/><path d="m10 12 4 3m0-3-4 3"/>',
  leaf: '<path d="M5 19C5 10 10 5 20 4c.5 9-4 15-12 15-2 0-3-1-3-1"/><path d="M5 20c2-6 6-9 10-11"/>',
  right: '<path d="m9 5 7 7-7 7"/>',
  left: '<path d="m15 5-7 7 7 7"/>',
  close: '<path d="m6 6 12 12M18 6 6 18"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  minus: '<path d="M5 12h14"/>',
  check: '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
  heart: '<path d="M12 20S4 15 4 9.3A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.3C20 15 12 20 12 20Z"/>',
  heartOn: '<path fill="#b3312f" d="M12 20S4 15 4 9.3A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.3C20 15 12 20 12 20Z"/>',
  home: '<path d="M4.5 11 12 4.5l7.5 6.5v8.500h-5V14h-5v5.500h-5V11Z"/>',
  cart: '<path d="M4 5h2l2 10h9.5l2-7H7"/><circle cx="9.5" cy="19" r="1.3"/><circle cx="16.5" cy="19" r="1.3"/>',
  share: '<path d="M12 15V4m0 0L8 8m4-4 4 4"/><path d="M5 12v7h14v-7"/>',
  bell: '<path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15L6 16Z"/><path d="M10.5 20.5h3"/>',
  wallet: '<rect x="4" y="6.5" width="16" height="12" rx="2.5"/><path d="M4 10h16"/><path d="M15.5 14.5h1.5"/>',
  coupon: '<path d="M4 8a1.5 1.5 0 0 1 1.5-1.5h13A1.5 1.5 0 0 1 20 8v2.2a1.8 1.8 0 0 0 0 3.6V16a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 16v-2.2a1.8 1.8 0 0 0 0-3.6V8Z"/><path d="M10 10.5v3"/>',
  star: '<path d="m12 4.5 2.3 4.8 5.2.7-3.8 3.7.9 5.3-4.6-2.5-4.6 2.5.9-5.3L4.5 10l5.2-.7L12 4.5Z"/>',
  starOn: '<path fill="#b3312f" d="m12 4.5 2.3 4.8 5.2.7-3.8 3.7.9 5.3-4.6-2.500-4.6 2.500.9-5.3L4.5 10l5.2-.7L12 4.5Z"/>',
  gift: '<rect x="5" y="11" width="14" height="8.5" rx="1"/><path d="M4 8h16v3H4zM12 8v11.5"/><path d="M12 8c-4 0-5-4-2.5-4S12 8 12 8Zm0 0c4 0 5-4 2.5-4S12 8 12 8Z"/>',
  box: '<path d="m4.5 8 7.5-4 7.5 4v8L12 20l-7.5-4V8Z"/><path d="m4.5 8 7.5 4 7.5-4M12 12v8"/>',
  truck: '<path d="M3.5 7h10v9h-10zM13.5 10h4l3 3v3h-7z"/><circle cx="8" cy="17.5" r="1.6"/><circle cx="17" cy="17.5" r="1.6"/>',
  back: '<path d="M9 7 4.5 11 9 15"/><path d="M5 11h9a5 5 0 0 1 0 10h-3"/>',
  person: '<circle cx="12" cy="8.5" r="3.8"/><path d="M4.8 20c.6-4 3.5-6 7.2-6s6.6 2 7.2 6"/>',
  people: '<circle cx="9" cy="9" r="3.2"/><path d="M3.5 19c.4-3.5 2.6-5 5.5-5s5.1 1.5 5.5 5"/><path d="M15.5 6.300a3 3 0 0 1 0 5.600M17 14.300c2 .5 3.2 2 3.5 4.7"/>',
  pin: '<path d="M12 20.500s6.5-5.8 6.5-10.700a6.5 6.5 0 0 0-13 0c0 4.9 6.5 10.7 6.5 10.700Z"/><circle cx="12" cy="10" r="2.3"/>',
  gear: '<circle cx="12" cy="12" r="3"/><path d="M12 4v2.500M12 17.500V20M4 12h2.500M17.5 12H20M6.3 6.300l1.8 1.800M15.9 15.900l1.8 1.800M6.3 17.700l1.8-1.800M15.9 8.100l1.8-1.8"/>',
  qr: '<rect x="4.5" y="4.5" width="6" height="6" rx="1"/><rect x="13.5" y="4.5" width="6" height="6" rx="1"/><rect x="4.5" y="13.5" width="6" height="6" rx="1"/><path d="M13.5 13.500h3v3M19.5 13.500v6h-3M13.5 19.500h0"/>',
  chart: '<path d="M5 19V11M10.5 19V5M16 19v-6M21 19H3"/>',
  medal: '<circle cx="12" cy="14.5" r="5"/><path d="m9 10-3-6h4l2 4 2-4h4l-3 6"/>',
  book: '<path d="M5 5.500A2 2 0 0 1 7 4h12v14H7a2 2 0 0 0-2 2V5.500Z"/><path d="M5 20h14"/>',
  chat: '<path d="M4.5 6.500h15v10h-8l-4 3v-3h-3v-10Z"/>',
  scan: '<path d="M4 8V5.500A1.5 1.5 0 0 1 5.5 4H8M16 4h2.500A1.5 1.5 0 0 1 20 5.500V8M20 16v2.500a1.5 1.5 0 0 1-1.5 1.500H16M8 20H5.500A1.5 1.5 0 0 1 4 18.500V16M4 12h16"/>',
  card: '<rect x="3.5" y="6" width="17" height="12" rx="2"/><path d="M3.5 10h17"/>',
} as const

export type IconName = keyof typeof ICONS

/** The icon as an image address; both shells show SVG in an `image`. */
export function iconUrl(name: IconName, colour: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="${colour}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${ICONS[name]}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
