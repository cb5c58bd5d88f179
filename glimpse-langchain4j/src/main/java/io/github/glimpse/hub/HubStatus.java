package io.github.glimpse.hub;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** Says what a status other than success means and what to do about it. */
final class HubStatus {

    private static final String CODE = "X-Error-Code";
    private static final String MESSAGE = "X-Error-Message";
    private static final int LONGEST_SHOWN = 200;

    private final HubLocation location;
    private final HubOptions options;

    HubStatus(HubLocation location, HubOptions options) {
        this.location = location;
        this.options = options;
    }

    /**
     * The error for an answer.
     *
     * @param file the file that was asked for; empty if it was the list of files
     */
    HubRefusal refusal(HubResponse response, String file) {
        int status = response.status();
        if (status == 429) {
            return HubRefusal.passing(
                    String.format(
                            Locale.ROOT,
                            "%s limits how often it may be asked (429)%s%s",
                            host(response),
                            asked(response),
                            options.token() == null ? signIn() : ""),
                    retryAfter(response));
        }
        if (status >= 500 || status == 408 || status == 425) {
            return HubRefusal.passing(
                    String.format(Locale.ROOT, "%s fails with status %d%s", host(response), status, reason(response)),
                    retryAfter(response));
        }
        if (!response.isOfHub()) {
            // An address with a signature that has run out, or a store that is not up to date: the hub gives a new one.
            return HubRefusal.passing(
                    String.format(
                            Locale.ROOT,
                            "%s, to which %s sends for %s, refuses with status %d",
                            host(response),
                            options.endpoint().getHost(),
                            file.isEmpty() ? location.repository() : "'" + file + "'",
                            status),
                    Duration.ZERO);
        }
        return HubRefusal.lasting(
                switch (status) {
                    case 401, 403 -> denied(response);
                    case 404 -> missing(response, file);
                    default ->
                        String.format(
                                Locale.ROOT, "%s answers with status %d%s", host(response), status, reason(response));
                });
    }

    private String denied(HubResponse response) {
        int status = response.status();
        if (code(response).equals("GatedRepo")) {
            return String.format(
                    Locale.ROOT,
                    "'%s' is gated (%d): accept its terms at %s/%1$s, then set HF_TOKEN to a token of that account%s",
                    location.repository(),
                    status,
                    options.endpoint(),
                    options.token() == null ? tokenHint() : "; the present token's account has no access yet");
        }
        if (options.token() == null) {
            return String.format(
                    Locale.ROOT,
                    "'%s' does not exist on %s, or is private (%d): check the name, or set HF_TOKEN%s",
                    location.repository(),
                    options.endpoint().getHost(),
                    status,
                    tokenHint());
        }
        return String.format(
                Locale.ROOT,
                "%s refuses the token for '%s' (%d)%s: it is wrong or has expired, its account or its scope has no access,"
                        + " or there is no such repository; set HF_TOKEN anew%s",
                options.endpoint().getHost(),
                location.repository(),
                status,
                reason(response),
                tokenHint());
    }

    private String missing(HubResponse response, String file) {
        String code = code(response);
        if (code.equals("RevisionNotFound")) {
            return String.format(
                    Locale.ROOT,
                    "'%s' has no revision '%s'; give a branch, tag or commit that is listed at %s/%1$s",
                    location.repository(),
                    location.revision(),
                    options.endpoint());
        }
        if (code.equals("EntryNotFound") || (!file.isEmpty() && !code.equals("RepoNotFound"))) {
            return String.format(
                    Locale.ROOT,
                    "'%s' has no file '%s'; check the repository at %s/%1$s",
                    location,
                    file,
                    options.endpoint());
        }
        return String.format(
                Locale.ROOT,
                "%s has no repository '%s', or it has no revision '%s' (404); check both at %1$s/%2$s%s",
                options.endpoint(),
                location.repository(),
                location.revision(),
                options.token() == null ? ", or set HF_TOKEN if it is private" : "");
    }

    private String tokenHint() {
        return " (made at " + options.endpoint() + "/settings/tokens)";
    }

    private static String signIn() {
        return "; with HF_TOKEN set the limit is higher";
    }

    private static String asked(HubResponse response) {
        Duration wait = retryAfter(response);
        return wait.isZero() ? "" : "; it asks to wait " + wait.toSeconds() + " s";
    }

    private static String host(HubResponse response) {
        return response.uri().getHost();
    }

    private static String code(HubResponse response) {
        return response.last(CODE).orElse("");
    }

    private static String reason(HubResponse response) {
        String text =
                response.last(MESSAGE).orElse("").replaceAll("\\p{Cntrl}", " ").strip();
        if (text.isEmpty()) {
            return "";
        }
        return ", '" + (text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text) + "'";
    }

    /** Seconds or a date; zero if it is missing or makes no sense. */
    private static Duration retryAfter(HubResponse response) {
        Optional<String> text = response.last("Retry-After").map(String::strip);
        if (text.isEmpty()) {
            return Duration.ZERO;
        }
        if (text.get().matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text.get()));
        }
        try {
            Instant then = ZonedDateTime.parse(text.get(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), then);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException e) {
            return Duration.ZERO;
        }
    }
}
