import { type Draw, pick } from '../draws.ts';
import { type Colour, colourOf } from './colour.ts';

/** The colours of one hour and weather: chosen together so that every layer of a picture belongs to the others. */
export interface Mood {
  /** Top of the sky down to the horizon. */
  sky: readonly Colour[];
  /** Sun or moon. */
  light: Colour;
  /** The ridge farthest away, and the one at our feet. */
  far: Colour;
  near: Colour;
  /** Clouds where the light falls on them. */
  cloud: Colour;
  ribbon: Colour;
  ribbonText: Colour;
}

export interface Weather {
  /** Moon and stars. */
  night?: boolean;
  /** Northern lights, from their hem upwards. */
  curtain?: readonly [Colour, Colour];
  /** Sand and no water. */
  dry?: boolean;
  /** A lake, whatever else there is. */
  wet?: boolean;
}

/** The mood that the words of the prompt ask for; without such a word, any. */
export function moodFor(prompt: string, draw: Draw): Mood & Weather {
  const asked = askedFor.find(([words]) => words.test(prompt))?.[1] ?? all;
  const name = pick(draw, asked);
  return { ...moods[name], ...weatherOf[name], ...(water.test(prompt) && { dry: false, wet: true }) };
}

const dark = '#1b1430';
const light = '#fffaf0';

// Sky; then light, far, near, cloud and ribbon.
const moods = {
  dusk: mood('#26264f #5b4387 #c76a8c #ffb787 #ffe0ae', '#fff3d6 #b98aa6 #17142f #ffc2a1 #ffd166', dark),
  rose: mood('#6f9bd1 #a9b8e6 #e9c3d6 #ffd9c4 #fff0d6', '#fffdf2 #b3aad3 #2b2d57 #fff1e6 #e4576e', light),
  alpine: mood('#1f69b3 #4f9ad8 #9ccbee #d9edf3 #fdf2d8', '#fffef4 #93bbdb #0f3145 #ffffff #ff6b4a', light),
  desert: mood('#1f6f8b #5fa5ad #b8c9a9 #f5d59a #ffe7bd', '#fff8e0 #e0a375 #5a1f2a #ffe9cc #0f5c6e', light),
  crimson: mood('#240b36 #621846 #b32b4f #ef6a4e #ffc06a', '#ffe9b5 #b5475c #170620 #ff9c6b #ffcf56', dark),
  mist: mood('#7aa99b #a3c7b3 #cfe0c6 #eef0d8 #fff8e6', '#fffef0 #a9c4b2 #0d2b27 #ffffff #c8553d', light),
  lavender: mood('#474a94 #7d76c2 #b99ddb #edc3e0 #ffe6e2', '#fff6f0 #a48fce #1d1642 #ffe3ee #ffd36e', dark),
  storm: mood('#10292f #285a60 #6a9a8c #c9c58c #f7dc94', '#fff3c4 #6f9a8f #081a20 #f2e3b0 #f28f3b', dark),
  candy: mood('#35509a #6c74c4 #b98cc9 #ff9fb2 #ffdcae', '#fff6dd #b58cc0 #1e2050 #ffd0cf #ffe066', dark),
  ink: mood('#cfd3d6 #dcdcd8 #e9e5db #f3eee1 #faf5e9', '#c8402f #b9bdc0 #1c2027 #fbf8f1 #c8402f', light),
  aurora: mood('#050a22 #0a1738 #0d3049 #17545f #3f8f88', '#f5fbff #215a69 #030b18 #8fe3c4 #7ef0c0', dark),
  moonlit: mood('#070b28 #14194f #2c3680 #6569b4 #b3abdd', '#fdf8ea #5a60a8 #070920 #aeb0e6 #f6c453', dark),
};

const weatherOf: { [name in MoodName]?: Weather } = {
  desert: { dry: true },
  aurora: { night: true, curtain: [colourOf('#7dffc0'), colourOf('#5a4fd0')] },
  moonlit: { night: true },
};

type MoodName = keyof typeof moods;
type Choice = readonly [MoodName, ...MoodName[]];

const all = Object.keys(moods) as unknown as Choice;

// First match wins. Korean words stand beside the English ones: the guide that people come from is Korean.
const askedFor: readonly (readonly [RegExp, Choice])[] = [
  [/\b(aurora|northern lights?)\b|오로라/i, ['aurora']],
  [/\b(night|midnight|moon(light)?|stars?|starry)\b|밤|달빛|별/i, ['aurora', 'moonlit']],
  [/\b(sunset|dusk|evening)\b|노을|저녁/i, ['dusk', 'crimson', 'candy']],
  [/\b(sunrise|dawn|morning)\b|새벽|아침/i, ['rose', 'mist', 'lavender']],
  [/\b(desert|sand|dunes?)\b|사막/i, ['desert']],
  [/\b(forest|trees?|woods|fog|mist)\b|숲|나무|안개/i, ['mist', 'storm']],
  [/\b(snowy?|winter|ice|alps|alpine|mountains?)\b|겨울|산맥/i, ['alpine', 'rose']],
  [/\b(storm|rain|thunder)\b|폭풍/i, ['storm']],
  [/\b(ink|sumi-e|calligraphy)\b|수묵/i, ['ink']],
];

const water = /\b(lakes?|seas?|oceans?|rivers?|water|coast|beach|harbou?r)\b|호수|바다|바닷가|강가/i;

function mood(sky: string, layers: string, ribbonText: string): Mood {
  const [lightColour, far, near, cloud, ribbon] = layers.split(' ').map(colourOf) as [
    Colour,
    Colour,
    Colour,
    Colour,
    Colour,
  ];
  return {
    sky: sky.split(' ').map(colourOf),
    light: lightColour,
    far,
    near,
    cloud,
    ribbon,
    ribbonText: colourOf(ribbonText),
  };
}
