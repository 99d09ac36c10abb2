/** What a line between the messages says: somebody came through a link, or another app has the conversation. */
import type { Activity, Referral } from "../api/model"

/**
 * An activity in words. `isElsewhere` is where the conversation is now, given for the activity that decided it alone: an
 * earlier one says what happened, whoever holds the conversation today.
 */
export function describeActivity(activity: Activity, isElsewhere: boolean | null): string {
  const words = describeKind(activity, isElsewhere)
  return activity.note ? `${words}: ${activity.note}` : words
}

function describeKind({ kind, referral }: Activity, isElsewhere: boolean | null): string {
  switch (kind) {
    case "referral":
      return describeReferral(referral)
    case "optin":
      return "Agreed to marketing messages"
    case "control_passed":
      return isElsewhere === false ? "The conversation was passed on" : "Another app has the conversation now"
    case "control_taken":
      if (isElsewhere === null) return "The conversation was taken over"
      return isElsewhere ? "Another app has the conversation now" : "The conversation is ours again"
    case "control_requested":
      return "Another app asks for the conversation"
    case "schedule_cancelled":
      return "A scheduled answer was not sent, because they wrote before"
    case "rule_notice":
      return "Rules"
    default:
      return kind satisfies never
  }
}

function describeReferral(referral: Referral | null): string {
  if (referral?.ad_title) return `Came from the ad “${referral.ad_title}”`
  if (referral?.ad_id) return "Came from an ad"
  if (referral?.product_id) return `Came from product ${referral.product_id}`
  return referral?.ref ? `Came through a link (${referral.ref})` : "Came through a link"
}
