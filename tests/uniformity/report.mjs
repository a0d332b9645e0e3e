// @ts-check
import { auc, aucNoise, distance, distanceNoise, median } from './statistics.mjs';

/** A table: each class against all the others together.
 * @param {string} title @param {import('./trials.mjs').Times} times */
export function report(title, times) {
  const rows = Object.entries(times).map(([one, values]) => {
    const others = Object.entries(times).filter(([other]) => other !== one).flatMap(([, list]) => list);
    return [
      one,
      String(values.length),
      median(values).toFixed(2),
      signed((median(values) / median(others) - 1) * 100),
      `${auc(values, others).toFixed(3)} ± ${aucNoise(values.length, others.length).toFixed(3)}`,
      `${distance(values, others).toFixed(3)} (${distanceNoise(values.length, others.length).toFixed(3)})`,
    ];
  });
  const head = ['class', 'requests', 'median ms', '% of the others', 'AUC ± chance', 'KS (chance)'];
  return [`${title}`, ...columns([head, ...rows])].join('\n');
}

/** @param {number} percent */
const signed = (percent) => `${percent < 0 ? '' : '+'}${percent.toFixed(1)}`;

/** @param {string[][]} rows */
function columns(rows) {
  const widths = rows[0].map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  return rows.map((row) =>
    row.map((cell, index) => (index === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[index]))).join('  '),
  );
}
