package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Colours of pages, 0xRRGGBB: named ones with the shades that anyone would call so, ones without a name that is known, grounds and inks. */
final class Shades {

    private static final Map<String, List<Integer>> NAMED = named();

    /** The names that are asked and answered. */
    static final List<String> NAMES = List.copyOf(NAMED.keySet());

    // Between the names, or with names of their own that are not among them: turquoise, olive, maroon, salmon, gold,
    // violet and so on.
    private static final List<Integer> TRAINED_UNNAMED =
            List.of(0x40E0D0, 0x808000, 0xFA8072, 0xEE82EE, 0xD2B48C, 0x5F9EA0, 0xBDB76B);
    private static final List<Integer> KEPT_UNNAMED = List.of(0x008080, 0x9ACD32, 0xE9967A, 0x800000, 0xB8860B);
    private static final int JITTER = 9;
    // How far a colour is from all that have a name, from those of the other splits, and from gray.
    private static final double APART = 80;
    private static final double KEPT_APART = 40;
    private static final int COLOURED = 60;
    private static final int DARK = 128;

    private Shades() {}

    private static Map<String, List<Integer>> named() {
        Map<String, List<Integer>> named = new LinkedHashMap<>();
        named.put("red", List.of(0xD22A2E, 0xFF0000, 0xDC143C, 0xC62828, 0xE53935));
        named.put("orange", List.of(0xF28A18, 0xFFA500, 0xFF8C00, 0xFB8C00));
        named.put("yellow", List.of(0xF2D22C, 0xFFFF00, 0xFDD835, 0xFFEB3B));
        named.put("green", List.of(0x2E9A46, 0x008000, 0x228B22, 0x43A047, 0x32B050));
        named.put("blue", List.of(0x2A58CC, 0x0000FF, 0x4169E1, 0x1E66D0, 0x1E88E5));
        named.put("purple", List.of(0x7A34A2, 0x800080, 0x8E24AA, 0x6A3D9A));
        named.put("pink", List.of(0xF28EBC, 0xFF69B4, 0xFFC0CB, 0xF48FB1));
        named.put("black", List.of(0x1E1E22, 0x000000, 0x141414));
        named.put("brown", List.of(0x8B4513, 0x795548, 0x6B4423));
        named.put("gray", List.of(0x808080, 0x9E9E9E, 0x757575));
        return named;
    }

    /** A shade that anyone would call by the name. */
    static int of(String name, Dice dice) {
        return jitter(dice.pick(NAMED.getOrDefault(name, List.of(0))), JITTER, dice);
    }

    /** A colour without a name that is known: other ones in training than elsewhere. */
    static int unnamed(Split split, Dice dice) {
        if (split == Split.TRAIN && dice.chance(0.6)) {
            return betweenNames(dice);
        }
        return jitter(dice.pick(split == Split.TRAIN ? TRAINED_UNNAMED : KEPT_UNNAMED), JITTER, dice);
    }

    // Names are islands: what was learned of a few other colours says nothing about the next one.
    private static int betweenNames(Dice dice) {
        while (true) {
            int colour = any(dice);
            if (spread(colour) >= COLOURED
                    && NAMED.values().stream().flatMap(List::stream).allMatch(named -> apart(named, colour) >= APART)
                    && KEPT_UNNAMED.stream().allMatch(kept -> apart(kept, colour) >= KEPT_APART)) {
                return colour;
            }
        }
    }

    private static int spread(int colour) {
        int red = (colour >> 16) & 0xFF;
        int green = (colour >> 8) & 0xFF;
        int blue = colour & 0xFF;
        return Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue));
    }

    private static double apart(int one, int other) {
        double sum = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            double difference = ((one >> shift) & 0xFF) - ((other >> shift) & 0xFF);
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    /** Any colour of some strength, for what is not asked about. */
    static int any(Dice dice) {
        return (dice.below(256) << 16) | (dice.below(256) << 8) | dice.below(256);
    }

    /** Colours of a chart that go together: equal steps around the circle of hues. */
    static List<Integer> palette(int count, Dice dice) {
        double start = dice.uniform(0, 1);
        double step = dice.chance(0.4) ? 0 : dice.uniform(0.08, 0.38);
        double saturation = dice.uniform(0.3, 0.9);
        double brightness = dice.uniform(0.5, 0.95);
        List<Integer> colours = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            colours.add(java.awt.Color.HSBtoRGB((float) (start + i * step), (float) saturation, (float) brightness)
                    & 0xFFFFFF);
        }
        return colours;
    }

    /** Paper: light, or dark as screens have it at night. */
    static int paper(boolean dark, Dice dice) {
        int light = dark ? dice.between(12, 52) : dice.between(205, 255);
        return jitter((light << 16) | (light << 8) | light, dark ? 10 : 7, dice);
    }

    /** A colour for writing that can be read on a ground. */
    static int ink(int ground, Dice dice) {
        if (lightness(ground) < DARK) {
            return jitter(dice.chance(0.7) ? 0xF4F4F0 : 0xD8D8D0, 12, dice);
        }
        return jitter(dice.pick(List.of(0x101012, 0x1C1C1E, 0x20283E, 0x333333, 0x3A1E1A, 0x505050)), 12, dice);
    }

    static int jitter(int colour, int steps, Dice dice) {
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int channel = ((colour >> shift) & 0xFF) + dice.between(-steps, steps);
            mixed |= Math.max(0, Math.min(255, channel)) << shift;
        }
        return mixed;
    }

    /** From 0 for black to 255 for white, as the eye weighs the channels. */
    static int lightness(int colour) {
        return (299 * ((colour >> 16) & 0xFF) + 587 * ((colour >> 8) & 0xFF) + 114 * (colour & 0xFF)) / 1000;
    }

    /** Puts a share of a colour over another. */
    static int mix(int below, int above, double share) {
        int weight = (int) Math.rint(share * 256);
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int from = (below >> shift) & 0xFF;
            mixed |= (from + (((((above >> shift) & 0xFF) - from) * weight) >> 8)) << shift;
        }
        return mixed;
    }
}
