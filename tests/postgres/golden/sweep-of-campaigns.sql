WITH open_touches AS /* the open touches of the process */ (
  SELECT touches.id AS id,
  touches.process AS process,
  touches.subject_kind AS subject_kind,
  touches.subject_id AS subject_id,
  touches.anchor_at AS anchor_at,
  touches.step AS step,
  touches.kind AS kind,
  touches.purpose AS purpose,
  touches.priority AS priority,
  touches.obligation AS obligation,
  touches.works_holidays AS works_holidays,
  touches.store_id AS store_id,
  touches.customer_id AS customer_id,
  touches.policy_version_id AS policy_version_id,
  touches.template_version_id AS template_version_id,
  touches.channels AS channels,
  touches.conditions AS conditions,
  touches.role AS role,
  touches.approval AS approval,
  touches.effects AS effects,
  touches.series AS series,
  touches.due_at AS due_at,
  touches.valid_until AS valid_until,
  touches.not_before AS not_before,
  touches.state AS state,
  touches.state_at AS state_at,
  touches.gate AS gate,
  touches.reason AS reason,
  touches.reason_figures AS reason_figures,
  touches.figures AS figures,
  touches.planned_at AS planned_at,
  touches.planned_by AS planned_by,
  touches.approved_at AS approved_at,
  touches.approved_by AS approved_by,
  touches.claimed_by AS claimed_by,
  touches.contacted_at AS contacted_at,
  touches.channel AS channel,
  touches.contact_point_id AS contact_point_id,
  touches.resendable AS resendable,
  touches.attempts AS attempts,
  touches.provider AS provider,
  touches.message_id AS message_id,
  touches.merged_into AS merged_into,
  touches.subject_line AS subject_line,
  touches.body AS body,
  touches.delivered_at AS delivered_at,
  touches.assigned_to AS assigned_to,
  touches.owner_until AS owner_until,
  touches.held_by AS held_by,
  touches.held_until AS held_until,
  touches.outcome AS outcome
  FROM touches
  WHERE touches.process = 'campaigns'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
recipient_once AS MATERIALIZED /* the facts of each recipient that a touch is about */ (
  SELECT campaign_recipients.id AS subject_id,
  customers.store_id AS store_id,
  campaign_recipients.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(customers.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  CASE
  WHEN (campaign_recipients.variant IS NOT NULL) THEN campaign_recipients.anchor_at END AS anchor_at,
  campaign_recipients.campaign_id AS campaign_id,
  campaign_recipients.variant AS variant,
  campaign_recipients.wave AS wave,
  CASE
  WHEN (campaign_recipients.answered_at <= :param) THEN campaign_recipients.answer END AS answer,
  campaigns.state = 'cancelled' AS campaign_cancelled,
  campaigns.name AS campaign,
  (
    SELECT nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS nullif_3
    FROM vehicles
    WHERE vehicles.customer_id = campaign_recipients.customer_id
    AND vehicles.disposed_on IS NULL
    ORDER BY vehicles.model_year DESC NULLS LAST,
    vehicles.id DESC
    LIMIT :param
  ) AS vehicle
  FROM campaign_recipients
  JOIN campaigns ON campaigns.id = campaign_recipients.campaign_id
  JOIN customers ON customers.id = campaign_recipients.customer_id
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = customers.store_id
  WHERE campaign_recipients.id IN (
    SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'recipient', FALSE)
  )
),
ended AS /* open touches whose reason has gone or whose time has passed */ (
  SELECT judged.touch_id AS touch_id,
  CASE
  WHEN judged.moved THEN 'superseded'
  WHEN (judged.gone IS NOT NULL) THEN 'cancelled'
  WHEN (judged.state = 'ready') THEN 'missed'
  ELSE 'skipped' END AS state,
  CASE
  WHEN judged.moved THEN 'anchor'
  WHEN (judged.gone IS NOT NULL) THEN 'facts'
  ELSE 'validity' END AS gate,
  CASE
  WHEN judged.moved THEN 'date-moved'
  WHEN (judged.gone IS NOT NULL) THEN judged.gone
  WHEN (judged.state = 'ready') THEN 'undone-in-time'
  ELSE 'time-passed' END AS reason,
  coalesce(judged.figures, jsonb_build_object()) AS figures
  FROM (
    SELECT open_touches.id AS touch_id,
    open_touches.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'recipient'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN recipient_now.campaign_cancelled THEN 'campaign-cancelled'
      WHEN (
        'message-sent' = ANY (open_touches.conditions)
        AND NOT (
          EXISTS (
            SELECT :param AS anon_5
            FROM touches
            WHERE touches.subject_kind = 'recipient'
            AND touches.subject_id = recipient_now.subject_id
            AND touches.process = 'campaigns'
            AND touches.step = 'message'
            AND touches.state IN ('sent', 'sending', 'unknown')
          )
        )
      ) THEN 'campaign-message-not-sent'
      WHEN (
        'not-answered' = ANY (open_touches.conditions)
        AND (
          recipient_now.answer IS NOT NULL
          OR (
            EXISTS (
              SELECT :param AS anon_6
              FROM appointments
              WHERE appointments.customer_id = recipient_now.customer_id
              AND appointments.status != 'cancelled'
              AND coalesce(appointments.booked_at, appointments.requested_at) BETWEEN recipient_now.anchor_at
              AND :param
            )
          )
        )
      ) THEN 'customer-answered' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(recipient_now.time_zone, open_touches.anchor_at)) < EXTRACT(
                day FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
              )
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(recipient_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(recipient_now.time_zone, recipient_now.anchor_at) AS DATE)
          ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
        ) >= :coalesce
        AND CASE
        WHEN (
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(
                      year FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(recipient_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(timezone(recipient_now.time_zone, recipient_now.anchor_at) AS DATE)
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN recipient_now.anchor_at
        ELSE timezone(
          recipient_now.time_zone,
          timezone(recipient_now.time_zone, recipient_now.anchor_at) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(recipient_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(recipient_now.time_zone, recipient_now.anchor_at) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(recipient_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(recipient_now.time_zone, recipient_now.anchor_at) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(recipient_now.time_zone, recipient_now.anchor_at) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(recipient_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(recipient_now.time_zone, recipient_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'months') AS INTEGER),
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(recipient_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day FROM timezone(recipient_now.time_zone, recipient_now.anchor_at)
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(recipient_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(recipient_now.time_zone, recipient_now.anchor_at) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(day FROM timezone(recipient_now.time_zone, recipient_now.anchor_at))
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != recipient_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (recipient_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'recipient'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN recipient_now.campaign_cancelled THEN 'campaign-cancelled'
      WHEN (
        'message-sent' = ANY (open_touches.conditions)
        AND NOT (
          EXISTS (
            SELECT :param AS anon_5
            FROM touches
            WHERE touches.subject_kind = 'recipient'
            AND touches.subject_id = recipient_now.subject_id
            AND touches.process = 'campaigns'
            AND touches.step = 'message'
            AND touches.state IN ('sent', 'sending', 'unknown')
          )
        )
      ) THEN 'campaign-message-not-sent'
      WHEN (
        'not-answered' = ANY (open_touches.conditions)
        AND (
          recipient_now.answer IS NOT NULL
          OR (
            EXISTS (
              SELECT :param AS anon_6
              FROM appointments
              WHERE appointments.customer_id = recipient_now.customer_id
              AND appointments.status != 'cancelled'
              AND coalesce(appointments.booked_at, appointments.requested_at) BETWEEN recipient_now.anchor_at
              AND :param
            )
          )
        )
      ) THEN 'customer-answered' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    jsonb_build_object(
      'campaign', recipient_now.campaign_id, 'variant', recipient_now.variant, 'wave', recipient_now.wave
    ) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT recipient_once.subject_id AS subject_id,
      recipient_once.store_id AS store_id,
      recipient_once.customer_id AS customer_id,
      recipient_once.time_zone AS time_zone,
      recipient_once.language AS language,
      recipient_once.today AS today,
      recipient_once.customer AS customer,
      recipient_once.salutation AS salutation,
      recipient_once.store AS store,
      recipient_once.store_phone AS store_phone,
      recipient_once.anchor_at AS anchor_at,
      recipient_once.campaign_id AS campaign_id,
      recipient_once.variant AS variant,
      recipient_once.wave AS wave,
      recipient_once.answer AS answer,
      recipient_once.campaign_cancelled AS campaign_cancelled,
      recipient_once.campaign AS campaign,
      recipient_once.vehicle AS vehicle
      FROM recipient_once
    ) AS recipient_now ON recipient_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'recipient', FALSE)
  ) AS judged
  WHERE judged.moved
  OR judged.gone IS NOT NULL
  OR judged.passed
),
changed AS /* those touches in the state in which they end */ (
  UPDATE touches
  SET state=ended.state,
  state_at=:param,
  gate=ended.gate,
  reason=ended.reason,
  reason_figures=NULL
  FROM ended
  WHERE (
    coalesce(touches.state IN ('awaiting-approval', 'planned', 'ready'), false)
    AND ended.state IN ('superseded', 'cancelled')
    OR coalesce(touches.state IN ('awaiting-approval', 'planned'), false)
    AND ended.state IN ('skipped')
    OR coalesce(touches.state IN ('ready'), false)
    AND ended.state IN ('missed')
  )
  AND touches.id = ended.touch_id
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what ended, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT ended.touch_id AS touch_id,
  ended.gate AS gate,
  'stop' AS anon_1,
  ended.reason AS reason,
  ended.figures AS figures,
  :param AS anon_2,
  NULL AS anon_3
  FROM ended
  JOIN changed ON changed.id = ended.touch_id
)
SELECT changed.state,
changed.reason,
count(*) AS touches
FROM changed
GROUP BY changed.state,
changed.reason;
