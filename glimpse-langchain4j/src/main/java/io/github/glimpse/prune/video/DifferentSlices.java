package io.github.glimpse.prune.video;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * VidCom2's choice: a slice that differs more from the whole video keeps more rows, and in each slice those stay that are least
 * like the video's and the slice's mean.
 *
 * @param kept rows that stay, rising
 * @param firstCounts rows of each slice before all together are brought to the wanted number
 * @param redundancy of each row, the low ones stay
 * @see <a href="https://arxiv.org/abs/2505.14454">VidCom2, section on the method</a>
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
record DifferentSlices(int[] kept, int[] firstCounts, double[] redundancy) {

    private static final double LEAST_NORM = 1e-12;
    private static final double TEMPERATURE = 0.01;
    private static final double[] WIDTHS = {0.125, 0.25, 0.5, 1, 2};

    /**
     * Chooses.
     *
     * @param ratio share of the rows that a slice like all others keeps
     * @param count rows of all slices that are wanted, at least one a slice
     */
    static DifferentSlices choose(SliceRows video, double ratio, int count) {
        int perSlice = video.perSlice();
        int total = video.total();
        int[] channels = steadyChannels(video);
        double[] ofVideo = new double[total];
        double[] redundancy = new double[total];
        rate(video, channels, ofVideo, redundancy);
        int[] counts = counts(video, ratio, ofVideo);
        boolean[] stays = new boolean[total];
        for (int slice = 0; slice < video.slices(); slice++) {
            SliceRows.ascending(slice * perSlice, (slice + 1) * perSlice, row -> redundancy[row])
                    .limit(counts[slice])
                    .forEach(row -> stays[row] = true);
        }
        int first = Arrays.stream(counts).sum();
        int wanted = Math.max(video.slices(), Math.min(count, total));
        int[] order = SliceRows.ascending(0, total, row -> redundancy[row])
                .filter(row -> stays[row] == first > wanted)
                .toArray();
        // Too many: of those kept all but the least redundant go. Too few: of the others the least redundant come.
        int from = first > wanted ? wanted : 0;
        int to = first > wanted ? first : wanted - first;
        for (int i = from; i < to; i++) {
            stays[order[i]] = first < wanted;
        }
        return new DifferentSlices(
                IntStream.range(0, total).filter(row -> stays[row]).toArray(), counts, redundancy);
    }

    /** The half of the channels whose variance over all rows is lowest. */
    private static int[] steadyChannels(SliceRows video) {
        int width = video.width();
        double[] means = new double[width];
        for (int slice = 0; slice < video.slices(); slice++) {
            float[] rows = video.slice(slice);
            for (int i = 0; i < rows.length; i++) {
                means[i % width] += rows[i];
            }
        }
        for (int channel = 0; channel < width; channel++) {
            means[channel] /= video.total();
        }
        double[] variances = new double[width];
        for (int slice = 0; slice < video.slices(); slice++) {
            float[] rows = video.slice(slice);
            for (int i = 0; i < rows.length; i++) {
                double off = rows[i] - means[i % width];
                variances[i % width] += off * off / video.total();
            }
        }
        return SliceRows.ascending(0, width, channel -> variances[channel])
                .limit(Math.max(1, width / 2))
                .sorted()
                .toArray();
    }

    private static void rate(SliceRows video, int[] channels, double[] ofVideo, double[] redundancy) {
        int slices = video.slices();
        int perSlice = video.perSlice();
        double[] videoMean = new double[channels.length];
        double[][] sliceMeans = new double[slices][channels.length];
        for (int slice = 0; slice < slices; slice++) {
            float[] rows = video.slice(slice);
            for (int row = 0; row < perSlice; row++) {
                double[] unit = unit(rows, row * video.width(), channels);
                for (int i = 0; i < channels.length; i++) {
                    sliceMeans[slice][i] += unit[i] / perSlice;
                    videoMean[i] += unit[i] / video.total();
                }
            }
        }
        for (int slice = 0; slice < slices; slice++) {
            float[] rows = video.slice(slice);
            for (int row = 0; row < perSlice; row++) {
                double[] unit = unit(rows, row * video.width(), channels);
                int place = slice * perSlice + row;
                ofVideo[place] = likeness(unit, videoMean);
                redundancy[place] = ofVideo[place] + likeness(unit, sliceMeans[slice]);
            }
        }
    }

    private static double[] unit(float[] rows, int from, int[] channels) {
        double[] unit = new double[channels.length];
        double squares = 0;
        for (int i = 0; i < unit.length; i++) {
            unit[i] = rows[from + channels[i]];
            squares += unit[i] * unit[i];
        }
        double norm = Math.max(LEAST_NORM, Math.sqrt(squares));
        for (int i = 0; i < unit.length; i++) {
            unit[i] /= norm;
        }
        return unit;
    }

    private static double likeness(double[] row, double[] centre) {
        double distance = 0;
        for (int i = 0; i < row.length; i++) {
            distance += (row[i] - centre[i]) * (row[i] - centre[i]);
        }
        double sum = 0;
        for (double width : WIDTHS) {
            sum += Math.exp(-distance / (2 * width));
        }
        return sum;
    }

    private static int[] counts(SliceRows video, double ratio, double[] ofVideo) {
        int slices = video.slices();
        int perSlice = video.perSlice();
        double[] scores = new double[slices];
        for (int place = 0; place < ofVideo.length; place++) {
            scores[place / perSlice] -= ofVideo[place] / perSlice;
        }
        double highest = Arrays.stream(scores).max().orElseThrow();
        double[] shares = Arrays.stream(scores)
                .map(score -> Math.exp((score - highest) / TEMPERATURE))
                .toArray();
        double sum = Arrays.stream(shares).sum();
        int[] counts = new int[slices];
        for (int slice = 0; slice < slices; slice++) {
            double share = Math.min(1, ratio * (1 + shares[slice] / sum - 1.0 / slices));
            counts[slice] = (int) Math.max(1, Math.min(perSlice, Math.rint(share * perSlice)));
        }
        return counts;
    }
}
