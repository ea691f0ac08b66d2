// Recordings at their place: played when they are opened, from and to what the evidence names.
//
// The address says the stretch too (#t=195,250), which is all that a browser without scripts needs.

/** The seconds that an address names, from and to; to the end where it names one moment. */
export function stretch(address) {
  const named = /#t=([\d.]+)(?:,([\d.]+))?$/.exec(address);
  if (!named) return null;
  return { from: Number(named[1]), to: named[2] === undefined ? Infinity : Number(named[2]) };
}

function play(player, { from }) {
  player.currentTime = from;
  // A browser may want a press of its own first; the player's controls are there for that.
  player.play().catch(() => {});
}

function placeAgain(player, named) {
  const again = document.createElement("button");
  again.type = "button";
  again.className = "quiet";
  again.textContent = "Play the place again";
  again.addEventListener("click", () => play(player, named));
  player.after(again);
}

for (const viewer of document.querySelectorAll("details.viewer")) {
  const player = viewer.querySelector("video, audio");
  const named = player && stretch(player.getAttribute("src"));
  if (named) placeAgain(player, named);
  viewer.addEventListener("toggle", () => {
    if (!player) return;
    if (viewer.open && named) play(player, named);
    else if (!viewer.open) player.pause();
  });
}
