package io.github.glimpse.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What weights of 8 bits change, by pictures that were drawn for it when the model was loaded: each was answered in 16 bits and in 8.
 *
 * @param pictures that were answered
 * @param layerErrors of each decoder layer how far its rows are from those in 16 bits: the length of the difference as a share of
 *     their length, all layers before it included
 * @param agreement share of the pictures whose answers begin with the same token
 * @param overlap mean intersection over union of the image tokens that stay by the default pruning; 1 where nothing is pruned
 * @param leastOverlap the least of them
 * @param limits beyond which it warns
 */
public record Int8Report(
        int pictures,
        List<Double> layerErrors,
        double agreement,
        double overlap,
        double leastOverlap,
        Int8Limits limits) {

    /**
     * What was seen of one picture.
     *
     * @param layers some of its rows behind each decoder layer, one below the other
     * @param firstToken of the answer, -1 if there was none
     * @param kept image tokens that stayed
     */
    public record Seen(List<float[]> layers, int firstToken, Set<Integer> kept) {

        /** Copies list and set. */
        public Seen {
            layers = List.copyOf(layers);
            kept = Set.copyOf(kept);
        }
    }

    /** Copies the list. */
    public Int8Report {
        layerErrors = List.copyOf(layerErrors);
    }

    /** How far pictures that were seen in 8 bits, at least one, are from the same in 16. */
    public static Int8Report of(List<Seen> narrow, List<Seen> exact, Int8Limits limits) {
        List<Double> errors = new ArrayList<>();
        for (int layer = 0; layer < exact.get(0).layers().size(); layer++) {
            errors.add(error(narrow, exact, layer));
        }
        int alike = 0;
        double overlap = 0;
        double least = 1;
        for (int i = 0; i < exact.size(); i++) {
            alike += narrow.get(i).firstToken() == exact.get(i).firstToken() ? 1 : 0;
            double shared = overlap(narrow.get(i).kept(), exact.get(i).kept());
            overlap += shared;
            least = Math.min(least, shared);
        }
        double count = exact.size();
        return new Int8Report(exact.size(), errors, alike / count, overlap / count, least, limits);
    }

    private static double error(List<Seen> narrow, List<Seen> exact, int layer) {
        double distance = 0;
        double length = 0;
        for (int i = 0; i < exact.size(); i++) {
            float[] ours = narrow.get(i).layers().get(layer);
            float[] theirs = exact.get(i).layers().get(layer);
            for (int k = 0; k < theirs.length; k++) {
                distance += Math.pow(ours[k] - theirs[k], 2);
                length += Math.pow(theirs[k], 2);
            }
        }
        return Math.sqrt(distance / Math.max(length, Double.MIN_NORMAL));
    }

    private static double overlap(Set<Integer> one, Set<Integer> other) {
        Set<Integer> either = new HashSet<>(one);
        either.addAll(other);
        Set<Integer> both = new HashSet<>(one);
        both.retainAll(other);
        return either.isEmpty() ? 1 : (double) both.size() / either.size();
    }

    /** The largest error of a layer. */
    public double worstError() {
        return layerErrors.isEmpty() ? 0 : Collections.max(layerErrors);
    }

    /** What is beyond the limits, in words; empty if nothing is. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (!(worstError() <= limits.maxLayerError())) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "weights of 8 bits change the rows of layer %d by %.0f %% (the limit is %.0f %%); use glimpse.weights=auto,"
                            + " or raise glimpse.int8.max-layer-error if answers are as good",
                    layerErrors.indexOf(worstError()),
                    100 * worstError(),
                    100 * limits.maxLayerError()));
        }
        if (!(overlap >= limits.minOverlap())) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "with weights of 8 bits other image tokens stay: overlap %.2f (the limit is %.2f); use"
                            + " glimpse.weights=auto, or lower glimpse.int8.min-overlap if answers are as good",
                    overlap,
                    limits.minOverlap()));
        }
        return warnings;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d pictures, rows of the layers off by %.1f %% at most, %.0f %% of the answers begin alike, kept image tokens"
                        + " overlap %.3f (least %.3f)",
                pictures,
                100 * worstError(),
                100 * agreement,
                overlap,
                leastOverlap);
    }
}
