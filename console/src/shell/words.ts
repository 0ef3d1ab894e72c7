// Words of the frame around every screen.
import type { Word } from '../words/language.js';

export const shellWords = {
  product: ['监控录像调取网关', 'ExportGate'],
  console: ['控制台', 'Console'],
  skip: ['跳到正文', 'Skip to the content'],
  menu: ['菜单', 'Menu'],
  openMenu: ['打开菜单', 'Open the menu'],
  navigation: ['主导航', 'Main navigation'],
  requests: ['调取申请', 'Requests'],
  request: ['申请详情', 'One request'],
  notices: ['通知', 'Notices'],
  account: ['我的账号', 'My account'],
  /** What the language is changed to, in that language. */
  otherLanguage: ['English', '中文'],
  signOut: ['退出登录', 'Sign out'],
  unseen: ['条未读', 'unread'],
  allNotices: ['全部通知', 'All notices'],
  markSeen: ['全部标为已读', 'Mark all as read'],
  noNotices: ['没有未读通知', 'No unread notices'],
  lost: ['没有这个页面', 'There is no such page'],
  lostMore: ['地址可能已变更，或您没有相应权限。', 'The address may have changed, or it is not yours to see.'],
  goHome: ['回到首页', 'Go to the first page'],
  updated: ['页面已更新', 'The console was updated'],
  updatedMore: ['网关升级后，本页需要重新载入。未提交的内容请先记下。', 'After an update of the gate this page has to be loaded again.'],
  reload: ['重新载入', 'Load again'],
  broken: ['页面出错', 'This page broke'],
  notAdvice: ['本系统不提供法律意见', 'Nothing here is legal advice'],
} as const satisfies Record<string, Word>;
