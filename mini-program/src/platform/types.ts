import type { components } from '@/api/schema'

export type PayParams = components['schemas']['PaymentParams']
export type ConfirmParams = components['schemas']['ConfirmParams']

/** How a step in WeChat's own window ended; `unavailable`: this browser is not WeChat. */
export type Outcome = 'ok' | 'cancelled' | 'unavailable'

/** Where the app was opened: the inviter's code or scene, and WeChat's way back from a sign-in. */
export interface Launch {
  scene?: string
  inviteCode?: string
  oauthCode?: string
  oauthState?: string
}

/** The whole difference between the two shells; each platform folder exports `platform: Platform`. */
export interface Platform {
  readonly name: 'h5' | 'mp-weixin'
  /** Whether WeChat's own sign-in is at hand here. */
  isInWeChat(): boolean
  /** The code of wx.login; H5 has none and leaves for WeChat's page instead. */
  loginCode(): Promise<string>
  /** H5: go to WeChat to be known and come back to this page of ours; the mini-program never leaves. */
  leaveForWeChat(startUrl: string, backTo: string): void
  launch(options?: { query?: Record<string, unknown> }): Launch
  /** H5: take WeChat's code and state out of the address, so that a reload does not use them again. */
  forgetLaunch(): void
  pay(params: PayParams): Promise<Outcome>
  /** Let the member confirm a withdrawal in WeChat's own window (wx.requestMerchantTransfer). */
  confirmTransfer(params: ConfirmParams): Promise<Outcome>
  /** Ask leave to send these messages; the ids that were accepted. */
  askMessages(templateIds: string[]): Promise<string[]>
  /** What a scanned code says: a link, a page of ours with its query, or any other text. */
  scan(): Promise<string | null>
  /** Send a picked picture to where the server said: a form post with these fields (S3). */
  upload(offer: { url: string; fields: Record<string, string> }, picture: string): Promise<void>
  /** The address under which others open a page of ours, with the sharer's code; the mini-program has none. */
  linkTo(page: string, inviteCode?: string): string
  /** Save a picture, given as a data address; `unavailable`: here one saves it by a long press. */
  saveImage(dataUrl: string): Promise<Outcome>
  /** Save a text as a file, or pass it on; `unavailable`: here no file can be kept. */
  saveText(name: string, text: string): Promise<Outcome>
  copy(text: string): Promise<void>
}
