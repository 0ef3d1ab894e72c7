// What a stopped client reads in Chinese, by the problem; the English stands in the problem itself.
import type { Problem, ProblemCode } from '../../domain/problem.js';

const sayings: Partial<Record<ProblemCode, string>> = {
  'reason-missing': '查看录像须先说明事由，或关联已批准的申请',
  'route-unknown': '网关不认识此地址，不予放行',
  'route-blocked': '此操作不经网关放行',
  'path-ambiguous': '地址有多种读法，不予放行',
  'not-permitted': '策略不允许此操作',
  'token-missing': '请先登录视频系统',
  'footage-held': '录像已被申请或保全，不得删除',
  'footage-missing': '没有这段录像',
  'capacity-exceeded': '播放名额已满，请稍后再试',
  'view-refused': '现在不能查看这段录像',
  'release-expired': '放行已结束',
  'camera-unknown': '此摄像机未登记',
  'host-refused': '此地址不在这里',
  'vms-unreachable': '录像机未应答',
};

export const sayingOf = ({ code, status }: Problem): string =>
  sayings[code] ?? (status >= 500 ? '网关此刻不能放行' : '未放行');
