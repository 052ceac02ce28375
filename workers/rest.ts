const channel = new MessageChannel();
let wake: (() => void) | undefined;
channel.port1.onmessage = () => {
  wake?.();
};

/**
 * Lets waiting messages in. Through a channel, because nested timers are held back to four milliseconds; a timer where
 * there is time to spend.
 */
export function rest(milliseconds = 0): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds > 1) setTimeout(resolve, milliseconds);
    else {
      // Two may rest at once: both wake.
      const before = wake;
      wake = () => {
        wake = undefined;
        before?.();
        resolve();
      };
      channel.port2.postMessage(null);
    }
  });
}
