/** The look of the bar; plain, since it is fetched by every visitor of somebody else's page. */
export const barStyles = `
:host{all:initial!important;display:block!important;position:fixed!important;right:16px!important;bottom:16px!important;z-index:2147483000!important;color-scheme:var(--zuruf-color-scheme,light dark);
--a:var(--zuruf-accent,light-dark(#0b6e75,#4fc3c9));--s:light-dark(#fff,#172027);--m:light-dark(#51616e,#a5b4bf)}
:host([inline]){position:static!important}
:host([open]),[hidden]{display:none!important}
.bar{display:grid;gap:10px;padding:12px;max-width:calc(100vw - 32px);box-sizing:border-box;width:fit-content;
background:var(--s);color:light-dark(#15212b,#e8eef2);border:1px solid light-dark(#dfe5e9,#2a3741);border-radius:20px;box-shadow:0 8px 28px #0f1e2826;
font:400 14px/1.4 var(--zuruf-font,system-ui,"Segoe UI",Roboto,sans-serif)}
p{margin:0 4px;min-height:20px;color:var(--m)}
p:not(:empty)::before{content:"● "}
.available{color:light-dark(#1b7f4d,#4fce8d)}.busy,.nobody{color:light-dark(#a85a00,#f0ad4e)}
.row{display:flex;flex-wrap:wrap;gap:8px}
button{flex:1;display:flex;align-items:center;justify-content:center;gap:8px;min-height:48px;padding:0 18px;border:1px solid var(--m);border-radius:var(--zuruf-radius,14px);background:none;color:inherit;font:inherit;font-weight:600;white-space:nowrap;cursor:pointer}
.video{background:var(--a);border-color:transparent;color:oklch(from var(--a) clamp(0,(.68 - l)*1000,1) 0 0)}
a{margin:0 4px;color:var(--m)}
:focus-visible{outline:3px solid var(--a);outline-offset:2px}
svg{width:20px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}`;
