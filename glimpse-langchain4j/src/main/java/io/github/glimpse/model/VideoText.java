package io.github.glimpse.model;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.image.VideoTimes;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** What families write around the slices or frames of a video, so that a model knows when each is from. */
public final class VideoText {

    private static final String[] SMALL = {
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen"
    };
    private static final String[] TENS = {
        "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"
    };
    private static final int TEN = 10;
    private static final int HUNDRED = 100;
    private static final int MOST_FRAMES = 999;
    private static final int MINUTE = 60;
    private static final int HOUR = 60 * MINUTE;
    private static final int DAY = 24 * HOUR;

    private VideoText() {}

    /**
     * Qwen3-VL: the time of each slice before it, in seconds with one decimal, halves of the exact value to the even digit.
     *
     * @param slice what stands for one of them
     */
    public static String stamped(VideoSlices slices, String slice) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < slices.count(); i++) {
            BigDecimal seconds = new BigDecimal(slices.seconds(i)).setScale(1, RoundingMode.HALF_EVEN);
            text.append('<').append(seconds.toPlainString()).append(" seconds>").append(slice);
        }
        return text.toString();
    }

    /**
     * SmolVLM2: how many frames there are of how long a video, and the minute and second of each before it.
     *
     * @param frame what stands for one of them
     * @throws InvalidImageException if there are over 999, for which it has no word
     */
    public static String captioned(VideoTimes times, String frame) {
        StringBuilder text = new StringBuilder("You are provided the following series of ")
                .append(inWords(times.count()))
                .append(" frames from a ")
                .append(clock((int) times.duration()))
                .append(" [H:MM:SS] video.\n");
        for (int i = 0; i < times.count(); i++) {
            int seconds = (int) times.seconds(i);
            text.append(String.format(Locale.ROOT, "\nFrame from %02d:%02d:", seconds / MINUTE, seconds % MINUTE))
                    .append(frame);
        }
        return text.append("\n\n").toString();
    }

    /** As the reference writes it, so with days in front where there are any. */
    private static String clock(int seconds) {
        int days = seconds / DAY;
        String time = String.format(
                Locale.ROOT, "%d:%02d:%02d", seconds % DAY / HOUR, seconds % HOUR / MINUTE, seconds % MINUTE);
        return days == 0 ? time : days + (days == 1 ? " day, " : " days, ") + time;
    }

    private static String inWords(int number) {
        if (number > MOST_FRAMES) {
            throw new InvalidImageException("The video has " + number + " frames, the limit of this model's prompt is "
                    + MOST_FRAMES + "; take fewer of a second");
        }
        if (number >= HUNDRED) {
            String hundreds = SMALL[number / HUNDRED] + " hundred";
            return number % HUNDRED == 0 ? hundreds : hundreds + ' ' + inWords(number % HUNDRED);
        }
        if (number < SMALL.length) {
            return SMALL[number];
        }
        return number % TEN == 0 ? TENS[number / TEN] : TENS[number / TEN] + '-' + SMALL[number % TEN];
    }
}
