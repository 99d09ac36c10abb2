import { lazy, Suspense } from "react"
import { Redirect, Route, Switch } from "wouter"
import { type Session, useSessionState } from "../api/session"
import { InboxScreen } from "../inbox/inbox-screen"
import { Announcer } from "../ui/announcer"
import { Toaster } from "../ui/toast"
import { Shell } from "./shell"
import { Unreachable } from "./unreachable"

// Whoever comes back is signed in: these two are fetched only by those who are not.
const SetUpScreen = lazy(async () => ({ default: (await import("../team/set-up-screen")).SetUpScreen }))
const SignInScreen = lazy(async () => ({ default: (await import("../team/sign-in-screen")).SignInScreen }))

const CommentsScreen = lazy(async () => ({
  default: (await import("../comments/comments-screen")).CommentsScreen,
}))
const RunsScreen = lazy(async () => ({
  default: (await import("../insights/runs-screen")).RunsScreen,
}))
const InsightsScreen = lazy(async () => ({
  default: (await import("../insights/insights-screen")).InsightsScreen,
}))
const RulesScreen = lazy(async () => ({ default: (await import("../rules/rules-screen")).RulesScreen }))
const ScheduledScreen = lazy(async () => ({
  default: (await import("../inbox/scheduled-screen")).ScheduledScreen,
}))
const DoctorScreen = lazy(async () => ({ default: (await import("../doctor/doctor-screen")).DoctorScreen }))
const GuideScreen = lazy(async () => ({ default: (await import("../doctor/guide-screen")).GuideScreen }))
const TroubledScreen = lazy(async () => ({
  default: (await import("../inbox/troubled-screen")).TroubledScreen,
}))

export function App({ session }: { session: Session }) {
  return (
    <>
      <Suspense>
        <Switch>
          <Route path="/setup">
            <SetUpScreen session={session} />
          </Route>
          <Route>
            <Gate session={session} />
          </Route>
        </Switch>
      </Suspense>
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
          <Suspense>
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
          </Suspense>
        </Shell>
      )
  }
}
