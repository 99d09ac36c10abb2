import { Redirect, Route, Switch } from "wouter"
import { type Session, useSessionState } from "../api/session"
import { InboxScreen } from "../inbox/inbox-screen"
import { Announcer } from "../ui/announcer"
import { later } from "../ui/later"
import { Toaster } from "../ui/toast"
import { Shell } from "./shell"
import { Unreachable } from "./unreachable"

// Whoever comes back is signed in: these two are fetched only by those who are not.
const SetUpScreen = later(async () => (await import("../team/set-up-screen")).SetUpScreen)
const SignInScreen = later(async () => (await import("../team/sign-in-screen")).SignInScreen)

const CommentsScreen = later(async () => (await import("../comments/comments-screen")).CommentsScreen)
const RunsScreen = later(async () => (await import("../insights/runs-screen")).RunsScreen)
const InsightsScreen = later(async () => (await import("../insights/insights-screen")).InsightsScreen)
const RulesScreen = later(async () => (await import("../rules/rules-screen")).RulesScreen)
const ScheduledScreen = later(async () => (await import("../inbox/scheduled-screen")).ScheduledScreen)
const DoctorScreen = later(async () => (await import("../doctor/doctor-screen")).DoctorScreen)
const GuideScreen = later(async () => (await import("../doctor/guide-screen")).GuideScreen)
const TroubledScreen = later(async () => (await import("../inbox/troubled-screen")).TroubledScreen)

export function App({ session }: { session: Session }) {
  return (
    <>
      <Switch>
        <Route path="/setup">
          <SetUpScreen session={session} />
        </Route>
        <Route>
          <Gate session={session} />
        </Route>
      </Switch>
      <Announcer />
      <Toaster />
    </>
  )
}

function Gate({ session }: { session: Session }) {
  const state = useSessionState(session)
  switch (state.name) {
    case "starting":
      return null // a moment: the kept inbox or the server's first answer
    case "unreachable":
      return <Unreachable onRetry={() => void session.start()} />
    case "signed_out":
      return <SignInScreen session={session} reason={state.reason} />
    default:
      return (
        <Shell session={session}>
          <Switch>
            <Route path="/inbox/:id?" component={InboxScreen} />
            <Route path="/comments/:id?" component={CommentsScreen} />
            <Route path="/scheduled" component={ScheduledScreen} />
            <Route path="/insights" component={InsightsScreen} />
            <Route path="/insights/runs" component={RunsScreen} />
            <Route path="/rules/:part?" component={RulesScreen} />
            <Route path="/troubled" component={TroubledScreen} />
            <Route path="/doctor" component={DoctorScreen} />
            <Route path="/doctor/guide" component={GuideScreen} />
            <Route>{() => <Redirect to="/inbox" replace />}</Route>
          </Switch>
        </Shell>
      )
  }
}
