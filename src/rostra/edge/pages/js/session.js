// The system's own player: lock screen, headset keys, media keys.

function mediaSession(page) {
  const { mediaSession: session } = navigator;
  if (!session) return () => {};
  const artwork = [{ src: document.querySelector("link[rel=icon]").href, sizes: "any", type: "image/svg+xml" }];
  session.metadata = new MediaMetadata({ title: facts.title, artist: facts.host || say("by"), album: "Rostra", artwork });
  const actions = {
    play: () => page.player?.play(),
    pause: () => page.player?.pause(),
    stop: () => page.player?.pause(),
    seekbackward: ({ seekOffset }) => page.skip(-(seekOffset || 15)),
    seekforward: ({ seekOffset }) => page.skip(seekOffset || 15),
    seekto: ({ seekTime }) => page.player?.seek(seekTime),
  };
  for (const [name, action] of Object.entries(actions)) {
    try {
      session.setActionHandler(name, action);
    } catch {
      // An older system without this key: the others still work.
    }
  }
  return (player) => {
    session.playbackState = player.wanted && !player.refused ? "playing" : "paused";
    const { position } = player;
    if (!position || !session.setPositionState) return;
    const duration = Math.max(position.end, position.at, 1);
    session.setPositionState({ duration, position: between(0, position.at, duration), playbackRate: 1 });
  };
}
