package io.github.glimpse.generate;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.generate.ChatTurn.LeftOut;
import io.github.glimpse.generate.ChatTurn.Part;
import io.github.glimpse.generate.ChatTurn.Picture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Divides image tokens among the pictures of a conversation. Those of the last turn that has any have all that they need. What
 * they leave goes to the earlier ones by age: the latest of them has one part, the one before it half a part, then a third; what
 * one does not need the others have. A picture that would have fewer than {@value #LEAST} tokens, and needs more, becomes a
 * note. Of models that cut every picture into the same number of tokens, as many pictures are shown as there is room for.
 */
final class ImageBudget {

    /** Fewer show nothing: four by four. */
    static final int LEAST = 16;

    // Shares that are whole numbers stay so.
    private static final double ROUNDING = 1e-9;

    private ImageBudget() {}

    /** Where a picture stands, and what it would have by itself. */
    private record Shown(int turn, int part, int tokens) {}

    /**
     * The same conversation with pictures that have a bound, and notes in place of those that are not shown.
     *
     * @param budget most tokens of all pictures, unless the last ones need more
     */
    static List<ChatTurn> divide(List<ChatTurn> turns, int budget, PromptBuilder prompts) {
        List<Shown> latestFirst = new ArrayList<>();
        for (int turn = turns.size() - 1; turn >= 0; turn--) {
            List<Part> parts = turns.get(turn).parts();
            for (int part = parts.size() - 1; part >= 0; part--) {
                if (parts.get(part) instanceof Picture picture) {
                    latestFirst.add(new Shown(turn, part, tokens(prompts, picture)));
                }
            }
        }
        List<Shown> newest = latestFirst.stream()
                .filter(shown -> shown.turn() == latestFirst.get(0).turn())
                .toList();
        List<Shown> earlier = latestFirst.subList(newest.size(), latestFirst.size());
        int left = budget - newest.stream().mapToInt(Shown::tokens).sum();
        int[] wanted = earlier.stream().mapToInt(Shown::tokens).toArray();
        int[] shares = prompts.makesSmaller() ? shares(left, wanted) : whole(left, wanted);
        List<ChatTurn> divided = new ArrayList<>(turns);
        for (int age = 0; age < earlier.size(); age++) {
            Shown shown = earlier.get(age);
            int share = age < shares.length ? shares[age] : 0;
            List<Part> parts = new ArrayList<>(divided.get(shown.turn()).parts());
            parts.set(shown.part(), bounded((Picture) parts.get(shown.part()), shown.tokens(), share, prompts));
            divided.set(shown.turn(), divided.get(shown.turn()).withParts(parts));
        }
        return divided;
    }

    /** None of one that cannot be read: it is refused, or left out, where it is looked at. */
    private static int tokens(PromptBuilder prompts, Picture picture) {
        try {
            return prompts.pictureTokens(picture, null);
        } catch (InvalidImageException e) {
            return 0;
        }
    }

    private static Part bounded(Picture picture, int tokens, int share, PromptBuilder prompts) {
        if (tokens <= share) {
            return picture;
        }
        if (share == 0) {
            return LeftOut.PICTURE;
        }
        Picture smaller = new Picture(picture.bytes(), share);
        // One that is all length may not become that small.
        return prompts.pictureTokens(smaller, null) <= share ? smaller : LeftOut.PICTURE;
    }

    /**
     * Tokens of earlier pictures.
     *
     * @param left that there are
     * @param wanted tokens of each by itself, the latest first
     * @return of as many as are shown; the sum is at most {@code left}
     */
    static int[] shares(int left, int... wanted) {
        for (int shown = wanted.length; shown > 0; shown--) {
            int[] shares = byAge(left, Arrays.copyOf(wanted, shown));
            int last = shown - 1;
            if (shares[last] >= Math.min(LEAST, wanted[last])) {
                return shares;
            }
        }
        return new int[0];
    }

    /** Of models whose pictures all have as many tokens: as many pictures as there is room for. */
    private static int[] whole(int left, int... wanted) {
        int shown = 0;
        int free = left;
        while (shown < wanted.length && wanted[shown] <= free) {
            free -= wanted[shown++];
        }
        return Arrays.copyOf(wanted, shown);
    }

    /** Parts by age, of which none is more than is wanted. */
    private static int[] byAge(int left, int... wanted) {
        int[] shares = new int[wanted.length];
        boolean[] whole = new boolean[wanted.length];
        int free = Math.max(0, left);
        while (true) {
            double parts = 0;
            for (int age = 0; age < wanted.length; age++) {
                parts += whole[age] ? 0 : 1.0 / (age + 1);
            }
            int given = 0;
            for (int age = 0; age < wanted.length; age++) {
                if (!whole[age]) {
                    shares[age] = (int) (free / parts / (age + 1) + ROUNDING);
                    if (shares[age] >= wanted[age]) {
                        shares[age] = wanted[age];
                        whole[age] = true;
                        given += wanted[age];
                    }
                }
            }
            if (given == 0) {
                return shares;
            }
            free -= given;
        }
    }
}
