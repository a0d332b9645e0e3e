import type { Problem, Result } from '@evenkeel/client';
import { useCallback, useEffect, useState } from 'react';

/** What is read when a part of the page appears, and a way to read it again. */
export function useLoaded<T>(read: () => Promise<Result<T>>): { data: T | null; problem: Problem | null; reload: () => Promise<void> } {
  const [result, setResult] = useState<Result<T>>();
  const reload = useCallback(async () => setResult(await read()), [read]);
  useEffect(() => void reload(), [reload]);
  return { data: result?.data ?? null, problem: result?.error ?? null, reload };
}
