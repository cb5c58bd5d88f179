package io.github.glimpse.examples.tiny.drawing;

import java.util.List;

/** The colours that have a name, and sums on colours. A colour is 0xRRGGBB. */
final class Colours {

    /** All names, as asked and answered. */
    static final List<String> NAMES = List.of("red", "orange", "yellow", "green", "blue", "purple", "pink", "black");

    private static final int[] VALUES = {0xD22A2E, 0xF28A18, 0xF2D22C, 0x2E9A46, 0x2A58CC, 0x7A34A2, 0xF28EBC, 0x1E1E22
    };
    private static final int LIGHTER = 13;
    private static final int TINT = 6;
    private static final int DARK = 130;

    private Colours() {}

    /** The colour that the shades of a name lie around. */
    static int plain(String name) {
        return VALUES[NAMES.indexOf(name)];
    }

    /** A colour that anyone would call by the name. */
    static int shade(String name, Dice dice) {
        int colour = shift(plain(name), dice.between(-LIGHTER, LIGHTER));
        return jitter(colour, TINT, dice);
    }

    /** Moves each channel by up to some steps. */
    static int jitter(int colour, int steps, Dice dice) {
        return pack(
                red(colour) + dice.between(-steps, steps),
                green(colour) + dice.between(-steps, steps),
                blue(colour) + dice.between(-steps, steps));
    }

    /** A colour for writing that is easy to read on the given one. */
    static int ink(int ground, Dice dice) {
        return lightness(ground) < DARK
                ? jitter(0xF2F2EE, 13, dice)
                : jitter(dice.chance(0.6) ? 0x1C1C1E : 0x20283E, 20, dice);
    }

    /** From 0 for black to 255 for white, as the eye weighs the channels. */
    static int lightness(int colour) {
        return (299 * red(colour) + 587 * green(colour) + 114 * blue(colour)) / 1000;
    }

    /** Adds to each channel. */
    static int shift(int colour, int steps) {
        return steps == 0 ? colour : pack(red(colour) + steps, green(colour) + steps, blue(colour) + steps);
    }

    /** Puts some 256ths of a colour over another. */
    static int mix(int below, int above, int share) {
        int redAndBlue = below & 0xFF00FF;
        int green = below & 0x00FF00;
        redAndBlue += (((above & 0xFF00FF) - redAndBlue) * share) >> 8;
        green += (((above & 0x00FF00) - green) * share) >> 8;
        return (redAndBlue & 0xFF00FF) | (green & 0x00FF00);
    }

    private static int red(int colour) {
        return (colour >> 16) & 0xFF;
    }

    private static int green(int colour) {
        return (colour >> 8) & 0xFF;
    }

    private static int blue(int colour) {
        return colour & 0xFF;
    }

    private static int pack(int red, int green, int blue) {
        return (clamp(red) << 16) | (clamp(green) << 8) | clamp(blue);
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }
}
